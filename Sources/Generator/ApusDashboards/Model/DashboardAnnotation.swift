/// Marks on the time axis of all panels of a dashboard, from a query.
public struct DashboardAnnotation: Hashable, Sendable {
    public let name: String
    /// Alert names to show, as a regular expression; nil for all.
    let alertPattern: String?
    public let color: PanelColor

    /// The time in which alerts fire, of what is chosen on top of the dashboard; alerts of the fleet as a whole, which have no
    /// instance, always.
    public static let firingAlerts = firingAlerts(named: nil)

    /// The same of some alerts only.
    ///
    /// - Parameter pattern: a regular expression (RE2) for the whole name.
    public static func firingAlerts(named pattern: String?) -> Self {
        Self(name: "Alerts", alertPattern: pattern, color: .red)
    }
}

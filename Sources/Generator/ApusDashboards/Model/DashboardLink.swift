/// A link on top of a dashboard.
public struct DashboardLink: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        case tag(String)
        case address(String)
    }

    public let title: String
    let target: Target

    /// A list of the dashboards with a tag; time range and what is chosen on top go along.
    public static func dashboards(tag: String, title: String = "Dashboards") -> Self {
        Self(title: title, target: .tag(tag))
    }

    /// To anywhere; opens beside.
    public static func address(_ url: String, _ title: String) -> Self {
        Self(title: title, target: .address(url))
    }
}

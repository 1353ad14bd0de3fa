/// One pair of windows in which an error budget must not burn faster than a factor; both must exceed it to alert
/// (https://sre.google/workbook/alerting-on-slos/).
public struct BurnRate: Hashable, Sendable {
    public let longWindow: Duration
    public let shortWindow: Duration
    /// Times the rate at which the budget would last exactly for the period.
    public let factor: Double
    public let severity: Severity

    public init(longWindow: Duration, shortWindow: Duration, factor: Double, severity: Severity) {
        self.longWindow = longWindow
        self.shortWindow = shortWindow
        self.factor = factor
        self.severity = severity
    }

    /// The four of the SRE workbook, for a period of 30 days: they alert when 2, 5, 10 and 10 percent of the budget are gone.
    public static let usual = [
        BurnRate(longWindow: .seconds(3600), shortWindow: .seconds(300), factor: 14.4, severity: .critical),
        BurnRate(longWindow: .seconds(6 * 3600), shortWindow: .seconds(1800), factor: 6, severity: .critical),
        BurnRate(longWindow: .seconds(86_400), shortWindow: .seconds(2 * 3600), factor: 3, severity: .medium),
        BurnRate(longWindow: .seconds(3 * 86_400), shortWindow: .seconds(6 * 3600), factor: 1, severity: .medium),
    ]
}

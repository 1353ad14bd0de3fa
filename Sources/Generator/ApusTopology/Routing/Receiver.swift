/// Who hears of an alert, and by which way; secrets are in files that Alertmanager reads.
public struct Receiver: Hashable, Sendable {
    public enum Way: Hashable, Sendable {
        /// A POST of Alertmanager's JSON.
        case webhook(url: String)
        case email(to: String, from: String, smartHost: String, user: String, passwordFile: String)
        /// The integration key of Events API v2.
        case pagerDuty(routingKeyFile: String)
        case slack(channel: String, webhookFile: String)
    }

    public let name: String
    /// The ways by which the receiver hears of an alert, one or more.
    public let ways: [Way]
    public let place: SourcePlace

    public init(_ name: String, _ ways: Way..., fileID: String = #fileID, line: Int = #line) {
        self.name = name
        self.ways = ways
        place = SourcePlace(fileID: fileID, line: line)
    }
}

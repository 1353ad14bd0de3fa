/// Where a service answers whether it lives and whether it can take requests.
public struct HealthPaths: Hashable, Sendable {
    public let live: String
    public let ready: String

    public init(live: String = "/health/live", ready: String = "/health/ready") {
        self.live = live
        self.ready = ready
    }
}

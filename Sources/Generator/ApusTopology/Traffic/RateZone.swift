/// A limit on the requests of one client address (`limit_req_zone`).
public struct RateZone: Hashable, Sendable {
    public let name: String
    /// The beginnings of the paths that the limit holds for.
    public let paths: [String]
    /// The requests per second of one client address.
    public let requestsPerSecond: Int
    /// The number of requests that may come at once beyond the rate.
    public let burst: Int
    public let place: SourcePlace

    public init(
        _ name: String, paths: [String], requestsPerSecond: Int, burst: Int, fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.paths = paths
        self.requestsPerSecond = requestsPerSecond
        self.burst = burst
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// The limits of a load balancer that names none: logins 10/s, webhooks 50/s, uploads 2/s, everything else 100/s with 200 more
    /// at once.
    public static let usual = [
        RateZone("auth", paths: ["/api/auth/"], requestsPerSecond: 10, burst: 20),
        RateZone("webhook", paths: ["/api/webhooks/"], requestsPerSecond: 50, burst: 100),
        RateZone("upload", paths: ["/api/upload/"], requestsPerSecond: 2, burst: 5),
        RateZone("api", paths: ["/"], requestsPerSecond: 100, burst: 200),
    ]
}

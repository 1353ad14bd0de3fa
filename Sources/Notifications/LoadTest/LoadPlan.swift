import ApusText
import FoundationEssentials

/// What a load test sends, how fast, and for how long it waits for the deliveries.
package struct LoadPlan: Sendable {
    /// The rate of requests, per second.
    package var rate: Double
    /// How long requests are sent.
    package var duration: Duration
    /// The number of different recipients.
    package var users: Int
    /// The base addresses of the APIs, which take turns.
    package var apis: [String]
    /// The longest wait for deliveries once the last request was answered.
    package var settle: Duration
    /// How long the receiver goes on listening for duplicates once everything was delivered.
    package var linger: Duration
    /// How long one request may take; then it has failed.
    package var requestTimeout: Duration
    /// How long a test that is stopped waits for the answers and deliveries of what was sent.
    package var stopGrace = Duration.seconds(2)
    /// How long the API may be asked, all in all, about notifications that did not arrive.
    package var inquiry = Duration.seconds(10)
    /// The maximum number of requests without an answer at a time; past it, a request is dropped and counted instead of being sent late.
    package var maximumOutstanding: Int

    package init(
        rate: Double, duration: Duration, users: Int, apis: [String], settle: Duration = .seconds(30),
        linger: Duration = .seconds(1), requestTimeout: Duration = .seconds(10), maximumOutstanding: Int = 1000
    ) {
        self.rate = rate
        self.duration = duration
        self.users = users
        self.apis = apis.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.settle = settle
        self.linger = linger
        self.requestTimeout = requestTimeout
        self.maximumOutstanding = maximumOutstanding
    }

    /// Checks the numbers and the addresses.
    ///
    /// - Parameter allowsRemote: false refuses APIs that are not on the loopback interface: a load test aimed at the wrong machine is
    ///   an attack on it.
    /// - Throws: ``LoadPlanError``.
    package func validate(allowsRemote: Bool) throws(LoadPlanError) {
        guard rate.isFinite, rate > 0, rate <= 1_000_000 else { throw .rate(rate) }
        guard duration > .zero else { throw .duration }
        guard users > 0 else { throw .users(users) }
        guard !apis.isEmpty else { throw .noAPI }
        for api in apis {
            guard let url = URL(string: api), ["http", "https"].contains(url.scheme), let host = url.host(), !host.isEmpty
            else {
                throw .notAnAddress(api)
            }
            guard URLPort.isReachable(in: api) else { throw .noPort(api) }
            guard allowsRemote || Self.isLoopback(host) else { throw .remote(api) }
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts.allSatisfy { $0 != nil } && parts[0] == 127
    }
}

/// A load plan that cannot be carried out.
package enum LoadPlanError: Error, Hashable, CustomStringConvertible {
    case rate(Double)
    case duration
    case users(Int)
    case noAPI
    case notAnAddress(String)
    case noPort(String)
    case remote(String)

    package var description: String {
        switch self {
        case .rate(let rate): "a rate of \(rate) requests a second is impossible; give one above 0 and up to 1000000"
        case .duration: "the duration must be longer than 0"
        case .users(let users): "\(users) users cannot receive anything; give at least 1"
        case .noAPI: "no API is named; give its address, such as http://127.0.0.1:3001"
        case .notAnAddress(let text): "\(text) is not the address of an API, such as http://127.0.0.1:3001"
        case .noPort(let text):
            "\(text) has no port from 1 to 65535 behind the colon; give one, such as http://127.0.0.1:3001"
        case .remote(let text): "\(text) is not on this machine; a load test of another one must be asked for explicitly"
        }
    }
}

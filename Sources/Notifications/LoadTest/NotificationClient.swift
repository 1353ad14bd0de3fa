import ApusHTTP
import ApusHTTPClient
import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// A client of notification APIs.
struct NotificationClient: Sendable {
    /// What asks the APIs without TLS.
    private let client: HTTPClient
    /// What asks each of the others, whose certificate has to be for its host.
    private let secured: [String: HTTPClient]
    private let timeout: TimeAmount

    /// - Parameters:
    ///   - apis: the base addresses of the APIs.
    ///   - maximumConnections: to each API; requests beyond wait for a connection, which counts into their latency.
    init(of apis: [String], timeout: Duration, maximumConnections: Int) {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = maximumConnections
        // The API has none, and one would take the load to where nobody allowed it.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = TimeAmount(timeout)
        func client(_ host: String?) -> HTTPClient {
            var configuration = configuration
            configuration.guardConnections(to: host)
            return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        }
        self.client = client(nil)
        var secured: [String: HTTPClient] = [:]
        for api in Set(apis) {
            guard let url = URL(string: api), url.scheme?.lowercased() == "https", let host = url.host() else { continue }
            secured[api] = client(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host)
        }
        self.secured = secured
        self.timeout = TimeAmount(timeout)
    }

    func shutDown() async {
        for client in [client] + secured.values { await client.letGo() }
    }

    /// Sends one notification; the outcome says how that went, whatever it was.
    func enqueue(_ notification: NotificationRequest, to api: String) async -> RequestOutcome {
        do {
            var request = HTTPClientRequest(url: "\(api)/notifications")
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(notification)))
            let deadline = NIODeadline.now() + timeout
            let response = try await (secured[api] ?? client).execute(request, deadline: deadline)
            let body = try await response.body.collect(upTo: 1 << 20, by: deadline)
            guard (200..<300).contains(response.status.code) else { return .failed(reason: "status \(response.status.code)") }
            guard let answer = try? JSONDecoder().decode(EnqueuedNotification.self, from: Data(body.readableBytesView)) else {
                return .failed(reason: "an answer without an id")
            }
            return .accepted(id: answer.id)
        } catch {
            return .failed(reason: NetworkErrorText.asking(error, at: api))
        }
    }

    /// Asks the API for the status of a notification; nil when it does not know it or cannot be asked.
    func status(of id: String, at api: String, within limit: Duration) async -> String? {
        let request = HTTPClientRequest(url: "\(api)/notifications/\(id)")
        let deadline = NIODeadline.now() + TimeAmount(limit)
        guard let response = try? await (secured[api] ?? client).execute(request, deadline: deadline), response.status == .ok,
            let body = try? await response.body.collect(upTo: 1 << 20, by: deadline)
        else { return nil }
        return try? JSONDecoder().decode(EnqueuedNotification.self, from: Data(body.readableBytesView)).status
    }
}

/// The body of `POST /notifications`, as far as a load test fills it.
struct NotificationRequest: Encodable {
    let userId: String
    let channel = "webhook"
    let title: String
    let body: String
    let webhookUrl: String

    private enum CodingKeys: String, CodingKey { case userId, channel, title, body, webhookUrl }
}

/// A notification in an answer of the API, as far as a load test reads it.
struct EnqueuedNotification: Decodable {
    let id: String
    let status: String?
}

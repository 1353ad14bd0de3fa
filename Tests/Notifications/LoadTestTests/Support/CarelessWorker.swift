import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NotificationStore
import ServiceLifecycle

/// Delivers as a broken worker would: some notifications twice, some never though it records them as delivered.
struct CarelessWorker: Service {
    let store: any NotificationStore
    /// How often the n-th notification is delivered.
    let times: @Sendable (Int) -> Int

    func run() async throws {
        var index = 0
        while !Task.isShuttingDownGracefully {
            for claimed in try await store.claim(limit: 50, owner: "careless-1", lease: .seconds(60)).notifications {
                for _ in 0..<times(index) { try await deliver(claimed.notification) }
                index += 1
                _ = try await store.record([
                    AttemptOutcome(lease: claimed.lease, result: .delivered, startedAt: claimed.lease.expiry, duration: .zero)
                ])
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    private func deliver(_ notification: NewNotification) async throws {
        var request = HTTPClientRequest(url: notification.webhookURL ?? "")
        request.method = .POST
        request.headers = ["webhook-id": notification.id.description]
        _ = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    }
}

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NotificationTesting
import ServiceLifecycle
import Synchronization

/// A receiver of webhooks on a free port of the loopback: a real HTTP server that answers as the test says.
final class Receiver: Sendable {
    struct Webhook: Sendable {
        let path: String
        let headers: HTTPFields
        let body: String

        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

        var id: String { header("webhook-id") ?? "" }
    }

    typealias Answer = @Sendable (Webhook) async -> Response

    private let received = Mutex<[Webhook]>([])
    private let answer: Answer

    private init(answer: @escaping Answer) { self.answer = answer }

    /// Every request, in order of arrival.
    var webhooks: [Webhook] { received.withLock { $0 } }

    /// How often each id arrived.
    var arrivals: [String: Int] { webhooks.reduce(into: [:]) { $0[$1.id, default: 0] += 1 } }

    /// Runs a receiver while the body runs, which gets its address, `http://127.0.0.1:PORT`.
    static func run<Result: Sendable>(
        answer: @escaping Answer = { _ in Response(status: .noContent) },
        _ body: (Receiver, String) async throws -> Result
    ) async throws -> Result {
        let receiver = Receiver(answer: answer)
        let (ports, bound) = AsyncStream<Int>.makeStream()
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            guard request.method == .post else { return Response(status: .methodNotAllowed) }
            let buffer = try await request.body.collect(upTo: 1 << 20)
            let webhook = Webhook(path: request.uri.path, headers: request.headers, body: String(buffer: buffer))
            receiver.received.withLock { $0.append(webhook) }
            return await receiver.answer(webhook)
        }
        let application = Application(
            responder: responder, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { bound.yield(port) }
                bound.finish()
            }, logger: quietLogger)
        let group = ServiceGroup(services: [application], logger: quietLogger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var result: Result?
            for await port in ports { result = try await body(receiver, "http://127.0.0.1:\(port)") }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            guard let result else { throw Unexpected(description: "the receiver never listened") }
            return result
        }
    }
}

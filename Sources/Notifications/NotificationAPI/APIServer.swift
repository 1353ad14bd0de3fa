import ApusLimits
import ApusText
package import CoreMetrics
import ApusHTTP
import ApusLinux
import EventCatalog
import Glibc
import Hummingbird
import HummingbirdCore
package import Logging
import NIOPosix
package import NotificationStore
import ServiceLifecycle
import Synchronization

/// The notification API over HTTP.
///
/// ```swift
/// let server = APIServer(
///     APIConfiguration(instance: "api-1", port: 3001), store: store, factory: reporter.factory, logger: logger)
/// try await ServiceGroup(services: [reporter, server], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
///
/// At a graceful shutdown `/health/ready` answers 503 first; after the configuration's `drainDelay` the listener closes, and the
/// requests that run are finished.
package final class APIServer: Service {
    private let configuration: APIConfiguration
    private let readiness: Readiness
    private let service: RequestService
    private let logger: Logger
    private let guarding: ConnectionGuard
    private let probe: HealthProbe?
    private let onReady: @Sendable () -> Void
    private let probing = Mutex<Task<Void, Never>?>(nil)
    private let bound: AsyncStream<Int>
    private let boundContinuation: AsyncStream<Int>.Continuation

    /// Makes a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - factory: the backend of all metrics.
    ///   - probe: turns while the server listens.
    ///   - onReady: called once, when the server listens and the probe has reached the store.
    package init(
        _ configuration: APIConfiguration, store: any NotificationStore, factory: any MetricsFactory, logger: Logger,
        probe: HealthProbe? = nil, onReady: @escaping @Sendable () -> Void = {}
    ) {
        self.configuration = configuration
        self.logger = logger
        self.probe = probe
        self.onReady = onReady
        let guarding = ConnectionGuard(
            configuration, metrics: ConnectionMetrics(factory: factory, logger: logger), logger: logger)
        self.guarding = guarding
        readiness = Readiness(store: store, logger: logger)
        let requests = RequestMetrics(factory: factory)
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestMetricsMiddleware(metrics: requests))
        router.add(middleware: ProblemMiddleware(lines: LogThrottle(burst: APILimits.lines.value)))
        NotificationRoutes(store: store, metrics: EnqueueMetrics(factory: factory), crowded: { guarding.crowded($0) }).add(
            to: router)
        HealthRoutes(readiness: readiness, deliveries: DeliveryCheck(store: store)).add(to: router)
        StatisticsRoute(store: store, requests: requests, instance: configuration.instance).add(to: router)
        service = RequestService(router.buildResponder(), logger: logger)
        (bound, boundContinuation) = AsyncStream.makeStream()
    }

    /// The port on which the server listens, once it does; nil when it never will. One caller can wait for it.
    package var port: Int? {
        get async {
            for await port in bound { return port }
            return nil
        }
    }

    /// The bytes of all bodies that are read or worked on.
    package var bodyBytes: Int { guarding.bodies.bytes }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: ``APIServerError`` when it cannot listen.
    package func run() async throws {
        defer {
            boundContinuation.finish()
            probing.withLock { $0?.cancel() }
        }
        let listener = try listen()
        let http = service.http(Self.channelConfiguration)
        let acceptor = ConnectionAcceptor(
            [listener], gate: guarding.gate, silence: guarding.times.silence, reserve: APILimits.descriptors.value,
            group: MultiThreadedEventLoopGroup.singleton,
            handling: guarding.handling(http) { [service] in service.serve($0, of: $1, by: http) })
        listening(on: listener.port ?? configuration.port)
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                do { try await acceptor.run() } catch let error as SocketFailure { throw cannotListen(error) }
            } onGracefulShutdown: { [self] in
                readiness.drain()
                guarding.drain()
                logger.info("draining")
                Task {
                    try? await Task.sleep(for: configuration.drainDelay)
                    acceptor.stop(silence: .zero)
                }
            }
        } onCancel: {
            acceptor.stop(silence: .zero)
        }
        await finish()
        logger.info("stopped", metadata: CataloguedEvent.apiStopped.metadata)
    }

    /// Has the requests end that run, or, once their time is up, their connections.
    private func finish() async {
        guarding.finish()
        let cut = Task {
            try await Task.sleep(for: configuration.requestGrace)
            closeAll()
        }
        await withTaskCancellationHandler {
            await service.allEnded()
        } onCancel: {
            closeAll()
        }
        cut.cancel()
    }

    private func closeAll() {
        let count = guarding.closeAll()
        if count > 0 { logger.warning("closed connections whose requests did not end", metadata: ["count": "\(count)"]) }
    }

    private func listen() throws(APIServerError) -> ListeningSocket {
        do {
            return try ListeningSocket(host: configuration.host, port: configuration.port, backlog: APILimits.waiting.value)
        } catch let error as SocketFailure where error.code == EADDRINUSE {
            throw APIServerError.portInUse(host: configuration.host, port: configuration.port)
        } catch {
            throw cannotListen(error)
        }
    }

    private func cannotListen(_ error: any Error) -> APIServerError {
        .cannotListen(host: configuration.host, port: configuration.port, reason: NetworkErrorText.listening(error))
    }

    private static let channelConfiguration = HTTP1Channel.Configuration(
        httpDecoderConfiguration: .init(
            maxHeaderFieldSize: APILimits.field.value.bytes, maxHeaderListSize: APILimits.head.value.bytes,
            maxHeaderFieldCount: APILimits.fields.value))

    private func listening(on port: Int) {
        boundContinuation.yield(port)
        let address = "http://\(ListenAddress(host: configuration.host, port: port))/notifications"
        let tell: @Sendable () -> Void = { [logger, onReady] in
            logger.info("serving", metadata: CataloguedEvent.apiStarted.metadata(["address": "\(address)"]))
            if !ConnectionPeer.knowsLocalUsers {
                logger.notice(
                    "users of this host count as one client, as they have one address: allow AF_NETLINK in RestrictAddressFamilies= of the unit"
                )
            }
            onReady()
        }
        guard let probe else { return tell() }
        probing.withLock { $0 = Task { await probe.run(port: port, onReady: tell) } }
    }
}

/// Why an API cannot listen.
package enum APIServerError: Error, Hashable, CustomStringConvertible {
    case portInUse(host: String, port: Int)
    case cannotListen(host: String, port: Int, reason: String)

    package var description: String {
        switch self {
        case .portInUse(let host, let port):
            "port \(port) on \(host) is in use; stop what listens there, or choose another port"
        case .cannotListen(let host, let port, let reason):
            "the API cannot listen on \(ListenAddress(host: host, port: port)): \(reason)"
        }
    }
}

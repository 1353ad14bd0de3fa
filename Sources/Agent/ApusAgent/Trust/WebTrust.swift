import AgentMetrics
import ApusHTTP
import ApusLimits
import Logging
import Synchronization

/// Whom the endpoints of an agent answer at this moment: a web configuration, which a reload replaces, and what is known of clients.
final class WebTrust: Sendable {
    let path: String
    /// Whether health is said to whoever asks.
    let opensHealth: Bool
    private struct State {
        var configuration: WebConfiguration
        /// The files that were read last, whatever came of it.
        var files: [FileStamp]
        var rates = RequestRates()
        /// Told when the configuration is another one.
        var changes: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>
    let checks: PasswordChecks
    private let work: AgentWork
    private let logger: Logger
    private let lines = LogThrottle<ConnectionPeer>()

    /// - Throws: ``AgentError/webConfiguration(_:)``.
    init(
        path: String, opensHealth: Bool, work: AgentWork, logger: Logger
    ) throws(AgentError) {
        self.path = path
        self.opensHealth = opensHealth
        self.work = work
        self.logger = logger
        do throws(WatchFileError) {
            var files: [FileStamp] = []
            let configuration = try WebConfiguration.read(path, noting: &files)
            state = Mutex(State(configuration: configuration, files: files))
        } catch { throw .webConfiguration(error) }
        checks = PasswordChecks { work.countPasswordCheck() }
        warn(of: current)
    }

    private func warn(of configuration: WebConfiguration) {
        if configuration.asksNobody {
            logger.warning("the web configuration asks nobody for anything", metadata: ["file": "\(path)"])
        }
        for remark in configuration.remarks {
            logger.warning("a remark on the web configuration", metadata: ["remark": "\(remark)"])
        }
    }

    var current: WebConfiguration { state.withLock { $0.configuration } }

    /// When the server's certificate ends, in seconds since the Unix epoch; `nil` without TLS.
    var certificateEnd: Double? { current.tls?.end }

    /// Has somebody told when the configuration is another one.
    func onChange(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.changes.append(body) } }

    /// Reads the file anew, which is not gone by yet.
    ///
    /// - Throws: ``WatchFileError`` with all that is wrong.
    func read() throws(WatchFileError) -> WebConfiguration {
        var files: [FileStamp] = []
        defer { state.withLock { $0.files = files } }
        let configuration = try WebConfiguration.read(path, noting: &files)
        let faults = configuration.openings(after: current)
        guard faults.isEmpty else { throw WatchFileError(path: path, faults.map { WatchFault(reason: $0) }) }
        return configuration
    }

    /// The files that were read last, as they were then.
    var files: [FileStamp] { state.withLock { $0.files } }

    /// Goes by another configuration from now on; connections that are open end after their answers, as they were made under the former one.
    func take(_ configuration: WebConfiguration) {
        let changes = state.withLock { state in
            state.configuration = configuration
            return state.changes
        }
        warn(of: configuration)
        for change in changes { change() }
    }

    /// Takes one request of a peer.
    ///
    /// - Returns: whether it may be answered.
    func admit(_ peer: ConnectionPeer, at now: UInt64) -> Bool {
        state.withLock { state in
            guard let rate = state.configuration.rate else { return true }
            return state.rates.take(peer, of: rate, at: now)
        }
    }

    /// Counts what is denied to a peer, and says it in the log.
    func deny(_ reason: DenialReason, _ peer: ConnectionPeer, _ words: String) {
        work.countDenial(reason)
        guard let omitted = lines.admit(peer) else { return }
        logger.warning(
            "a client is turned away",
            metadata: ["peer": "\(peer)", "reason": "\(reason.rawValue)", "message": "\(words)", "omitted": "\(omitted)"])
    }
}

import AgentMetrics
import ApusJournal
import ApusSystemd
import Logging
import Synchronization

/// Whether an agent goes by what its files say now.
package struct ConfigurationStanding: Sendable {
    /// Whether the last reload succeeded; before the first it does, as an agent does not begin with files at fault.
    package var isCurrent = true
    /// When the files were last taken in, in seconds since the Unix epoch; `nil` of an agent that cannot reload.
    package var takenAt: Double?
    /// When the certificate of the endpoints ends, in seconds since the Unix epoch; `nil` without TLS.
    package var certificateEnd: Double?

    package init() {}
}

/// Takes in anew what may change while the agent runs: the file of expected instances, that of what is watched, and the web configuration.
///
/// A file that is at fault changes nothing, of the other ones neither; what is wrong with it is in the log and in the status line until a reload succeeds.
/// The web configuration is taken in by itself as well, when it has changed.
final class AgentReload: Sendable {
    private let options: [ExpectedInstance]
    private let path: String?
    private let table: InstanceTable
    private let watchFile: String?
    /// What is known of paths whose file systems may not answer.
    private let paths: PathBook
    /// Names of metrics of patterns of the journal, which no probe may have.
    private let taken: Set<String>
    /// Takes in what the file names beside instances that are expected.
    private let watch: @Sendable (WatchFile) -> Void
    /// What is named now.
    private let watched: Mutex<WatchFile?>
    private let trust: WebTrust?
    private let clock: AgentClock
    private let logger: Logger
    private struct State {
        /// What is wrong with the files, in one line; `nil` where nothing is.
        var fault: String?
        /// Whether that is wrong with the web configuration, so that all files are tried again when it changes.
        var isOfWeb = false
        /// What is wrong with the web configuration as it was read by itself.
        var webFault: String?
        var takenAt: Double
    }

    private let state: Mutex<State>
    /// One reload at a time, whoever asks.
    private let turn = Mutex<Void>(())

    /// - Throws: ``AgentError/expectedInstances(_:)`` when the file is at fault already.
    ///
    /// - Parameters:
    ///   - file: that the configuration names, where it names one.
    ///   - paths: what is known of paths of that file whose file systems may not answer.
    ///   - watch: takes in that file after each reload, and not now.
    init(
        configuration: AgentConfiguration, table: InstanceTable, file: WatchFile?, paths: PathBook, trust: WebTrust?,
        clock: AgentClock, logger: Logger,
        watch: @escaping @Sendable (WatchFile) -> Void
    ) throws(AgentError) {
        options = configuration.expected.map { ExpectedInstance($0, holder: configuration.holders[$0]) }
        path = configuration.expectFile
        self.table = table
        self.trust = trust
        self.watch = watch
        watched = Mutex(file)
        watchFile = configuration.watchFile
        self.paths = paths
        taken = configuration.patternNames
        self.clock = clock
        self.logger = logger
        state = Mutex(State(takenAt: clock.now().realtime))
        do throws(ExpectedInstancesError) { expect(try expected(), file) } catch {
            throw .expectedInstances(error)
        }
        if let file { tellRemarks(file) }
    }

    private func tellRemarks(_ file: WatchFile) {
        for remark in file.remarks {
            logger.notice("a remark on the file of what is watched", metadata: ["remark": "\(remark)"])
        }
    }

    /// What a file says of a name stands above the options. Whose page is fetched is expected as well.
    private func expect(_ expected: [ExpectedInstance], _ file: WatchFile?) {
        let scraped = Set((file?.scrapes ?? []).map(\.identity))
        table.scrape(scraped)
        let holders = expected.compactMap { one in one.holder.map { (one.identity, $0) } }
        table.expect(
            scraped.union(expected.map(\.identity)), heldBy: Dictionary(holders, uniquingKeysWith: { $1 }), at: clock.now())
    }

    private func expected() throws(ExpectedInstancesError) -> [ExpectedInstance] {
        options + (try path.map { path throws(ExpectedInstancesError) in try ExpectedInstances.read(path) } ?? [])
    }

    /// What the status line says of the last reload when it failed.
    var trouble: String? {
        state.withLock { $0.fault ?? $0.webFault }.map { "reload failed, former values hold: \($0)" }
    }

    /// Whether somebody may have the agent reload: root, its own user, and whom the file names.
    func mayReload(_ peer: ReportPeer) -> Bool {
        peer.isPrivileged || watched.withLock { $0?.trust?.reload.contains(peer) ?? false }
    }

    var standing: ConfigurationStanding {
        state.withLock { state in
            var standing = ConfigurationStanding()
            (standing.isCurrent, standing.takenAt) = (state.fault == nil && state.webFault == nil, state.takenAt)
            standing.certificateEnd = trust?.certificateEnd
            return standing
        }
    }

    /// Reloads; the manager, where there is one, hears of the beginning and of the end.
    ///
    /// - Returns: what is wrong, in one line; nil when all was taken in.
    @discardableResult
    func run(telling notifications: ManagerNotifications?) -> String? { turn.withLock { _ in reload(notifications) } }

    /// Takes in the web configuration, which has changed.
    func runForWeb(telling notifications: ManagerNotifications?) {
        guard let trust else { return }
        turn.withLock { _ in
            guard !state.withLock({ $0.fault != nil && $0.isOfWeb }) else { return _ = reload(notifications) }
            do throws(WatchFileError) {
                trust.take(try trust.read())
                state.withLock { ($0.webFault, $0.takenAt) = (nil, clock.now().realtime) }
                logger.notice("the web configuration was reloaded", metadata: ["file": "\(trust.path)"])
            } catch {
                let reason = error.lines.joined(separator: "; ")
                state.withLock { $0.webFault = reason }
                logger.error("the web configuration was not reloaded: the former one holds", metadata: ["reason": "\(reason)"])
            }
        }
    }

    private func reload(_ notifications: ManagerNotifications?) -> String? {
        notifications?.reloading()
        defer { notifications?.ready() }
        var isOfWeb = false
        do {
            let identities = try expected()
            let file = try watchFile.map { try WatchFile.read($0, taken: taken, paths: paths) }
            isOfWeb = true
            let web = try trust.map { try $0.read() }
            expect(identities, file)
            if let file { take(file) }
            if let trust, let web { trust.take(web) }
            state.withLock { $0 = State(takenAt: clock.now().realtime) }
            var facts: Logger.Metadata = ["expected": "\(Set(identities.map(\.identity)).count)"]
            if let file {
                facts["groups"] = "\(file.groups.count)"
                facts["pages"] = "\(file.scrapes.count)"
                facts["probes"] = "\(file.probes.count)"
            }
            logger.notice("reloaded", metadata: facts)
            return nil
        } catch {
            // One line, for the log and for the manager's status.
            let reason = (error as? WatchFileError)?.lines.joined(separator: "; ") ?? "\(error)"
            state.withLock { ($0.fault, $0.isOfWeb) = (reason, isOfWeb) }
            logger.error("not reloaded: the former values hold", metadata: ["reason": "\(reason)"])
            return reason
        }
    }

    private func take(_ file: WatchFile) {
        let former = watched.withLock { watched in
            defer { watched = file }
            return watched
        }
        if let former, !former.isEmpty, file.isEmpty {
            logger.warning(
                "the file names nothing to watch any more: what it named before is let go",
                metadata: ["former": "\(former.summary)"])
        }
        tellRemarks(file)
        // Nobody waits for it: a reload may be asked for over HTTP, on a thread that serves others.
        file.ask()
        watch(file)
    }
}

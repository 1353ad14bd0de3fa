import EventCatalog
import ApusLimits
import ApusText
import ApusHTTP
import ApusMetrics
package import ApusSystemd
import ApusJournal
import ApusLinux
import ApusThreads
import Glibc
package import Logging
package import ServiceLifecycle

/// The services that make up an agent, wired together and ready to run in one `ServiceGroup`.
package struct AgentServices {
    /// The services in the order in which they start; they stop in reverse.
    package let all: [any Service]
    /// Renders one exposition as a scrape would see it.
    package let scrape: @Sendable () -> [UInt8]
    /// The first port at which reports over HTTP are taken; `nil` where none are.
    package let reportPort: Int?
    /// Takes in anew what may change while the agent runs: ``AgentConfiguration/expectFile``.
    package let reload: @Sendable () -> Void

    /// - Parameters:
    ///   - notifier: the service manager, if one is to be told of start, status and stop.
    ///   - watchdog: what it wants to know of the sampling loop's turns.
    ///   - passed: what the manager passed: sockets to serve on, and segments that it has kept. Owned from here on.
    ///   - boundPort: is told the first port once the HTTP endpoint listens.
    ///   - droppedLogs: messages of the agent's own log that were dropped so far.
    /// - Throws: ``AgentError`` when the report socket cannot be made, another agent keeps its
    ///   counts in the same folder, or a file or a passed socket is of no use.
    package init(
        _ configuration: AgentConfiguration, logger: Logger, notifier: ServiceNotifier? = nil, watchdog: Watchdog? = nil,
        passed: [ActivationSocket] = [], boundPort: @escaping @Sendable (Int) -> Void = { _ in },
        droppedLogs: (@Sendable () -> UInt64)? = nil
    ) throws(AgentError) {
        let clock = AgentClock.system
        let work = AgentWork(at: clock.now())
        let passed = try PassedDescriptors(passed)
        let store = notifier.map {
            SegmentStore(notifier: $0, work: work, age: configuration.storedAge, logger: logger)
        }
        let sockets = SocketSurvey(configuration.socketBudget, each: configuration.interval, work: work, logger: logger)
        let table = InstanceTable(
            configuration: configuration, root: .live, store: store, sockets: sockets, at: clock.now())
        let paths = PathBook(program: configuration.pathProgram, logger: logger)
        let file = try configuration.watchFile.map { path throws(AgentError) in
            try Self.file(path, taken: configuration.patternNames, paths)
        }
        let processes = file.map { Self.groups($0, configuration, sockets, work: work, logger: logger, at: clock.now()) }
        table.trust(file?.trust?.reports ?? [])
        if let processes { table.keepNames(of: processes) }
        let groups = processes.map { GroupTable($0, configuration: configuration) }
        let names = NameBook()
        let scraper = file.map { _ in
            PageScraper(
                ledger: ScrapeLedger(table: table, names: names, seriesLimit: configuration.seriesLimit, logger: logger),
                interval: configuration.interval, clock: clock, descriptors: DescriptorLimit.current?.shared)
        }
        let probes = file.map { _ in ProbeWatch(sources: configuration.sources, clock: clock, logger: logger) }
        let journal = try configuration.journal.map { journal throws(AgentError) in
            var journal = journal
            if let choice = file?.journal { journal.choice = choice }
            return try JournalWatch(journal, logger: logger)
        }
        if journal == nil, file?.journal != nil {
            logger.warning(
                "what the file says of the journal has no effect: the journal is not counted; see --journal",
                metadata: ["file": "\(configuration.watchFile ?? "")"])
        }
        let trust = try configuration.webConfiguration.map { path throws(AgentError) in
            try WebTrust(path: path, opensHealth: configuration.opensHealth, work: work, logger: logger)
        }
        let reload = try AgentReload(
            configuration: configuration, table: table, file: file, paths: paths, trust: trust, clock: clock, logger: logger
        ) {
            table.trust($0.trust?.reports ?? [])
            processes?.watch($0, at: clock.now())
            names.watch($0)
            scraper?.watch($0.scrapes)
            probes?.watch($0.probes)
            journal?.choose($0.journal ?? JournalChoice())
        }
        let unitWatch = configuration.units.map { UnitWatch($0, logger: logger) }
        var host = HostSubject(process: try? WatchedProcess(pid: getpid()), work: work, instances: { table.count })
        if let journal {
            host.journals = { journal.journals(at: $0) }
            host.journalUnits = configuration.journal?.units
            host.patterns = try Self.checked(configuration.journal?.patterns ?? [])
        }
        host.configuration = { reload.standing }
        if let watcher = unitWatch?.watcher { host.units = { WatchedUnits(watcher, at: $0) } }
        host.droppedLogs = droppedLogs
        if let probes { host.probes = { probes.standings(at: $0) } }
        host.countSocketGaps(of: table, processes)
        if let processes {
            host.unwatchedProcesses = { processes.unwatched }
            host.forgottenGroups = { processes.forgotten }
            host.unwatchedControlGroups = { processes.unwatchedControlGroups }
        }
        let roster = Roster(
            table: table, groups: groups, journal: journal, watcher: unitWatch?.watcher, process: host.process, work: work,
            interval: configuration.interval,
            probes: probes?.sights)
        let bites = LimitBites()
        let checks = AgentChecks(host: host, work: work, roster: roster, bites: bites, interval: configuration.interval)
        let exposition = Exposition(
            table: table, groups: groups, host: host, configuration: configuration, checks: checks, clock: clock, logger: logger
        )
        let documents = Documents(
            table: table, groups: processes.flatMap { known in groups.map { ($0, known) } }, work: work, exposition: exposition,
            interval: configuration.interval / .seconds(1),
            companion: configuration.companion, journal: journal, watcher: unitWatch?.watcher, clock: clock,
            roster: roster, checks: checks, seriesLimit: configuration.seriesLimit, configuration: { reload.standing })
        let live = LiveFeed(roster: roster, messages: configuration.journalMessages, status: documents.status)
        let reports =
            if let socket = passed.report {
                ReportListener(passed: socket, table: table, work: work, clock: clock, logger: logger)
            } else {
                try ReportListener(path: configuration.socketPath, table: table, work: work, clock: clock, logger: logger)
            }
        // Before anybody can ask: the first scrape has the true values.
        store?.takeBack(passed.stored, into: table, work: work, at: clock.now())
        let notifications = notifier.map { notifier in
            ManagerNotifications(
                notifier: notifier, watchdog: watchdog, logger: logger, turns: { work.totals.samples },
                status: {
                    Self.status(table, processes) + Self.status(unitWatch?.watcher) + (probes?.status(at: clock.now()) ?? "")
                        + (reload.trouble.map { "; \($0)" } ?? "")
                })
        }
        let responder = Responder(
            exposition: exposition, documents: documents, work: work, configuration: configuration,
            reload: { reload.run(telling: notifications) }, mayReload: { reload.mayReload($0) }, scraper: scraper, trust: trust,
            live: live, logger: logger)
        let trustWatch = trust.map { trust in
            WebConfigurationWatch(trust: trust) { reload.runForWeb(telling: notifications) }
        }
        let services: [any Service] = [
            reports,
            SamplingLoop(
                table: table, groups: groups, work: work, interval: configuration.interval, clock: clock, logger: logger
            ) { now in
                roster.turn(at: now)
                bites.turn(work.totals, at: now)
                live.turn()
            },
            HangWatch(table: table, clock: clock, logger: logger) { if roster.refresh(at: $0) { live.turn() } },
            SegmentIntake(table: table),
            HeapUpkeep(),
            HTTPEndpoint(
                at: HTTPEndpoint.Place(
                    places: configuration.listen, option: "--listen", sockets: passed.http, path: Page.metrics.rawValue,
                    event: .agentReady, bounds: RequestGuard.Bounds(hasHealth: true)),
                connections: EndpointConnections(
                    limit: min(
                        configuration.connectionLimit,
                        trust?.current.tls == nil ? .max : EndpointLimits.securedConnections.value),
                    share: configuration.connectionShare, work: work, logger: logger),
                trust: trust, logger: logger,
                boundPort: { port in
                    // The sockets for reports listen since before: whoever asked for the agent finds all of it.
                    notifications?.ready()
                    boundPort(port)
                },
                draining: {
                    notifications?.extendTimeout(by: $0 + .seconds(2))
                    scraper?.endWaiting(within: ScrapeLimits.stop.value)
                }, ending: { await scraper?.endWaiting() }
            ) { place, turns in RequestHandler(responder: responder, place: place, turns: turns) },
        ]
        let received: (endpoint: HTTPEndpoint, port: Int?)? =
            if configuration.reportListen.isEmpty && passed.reportHTTP.isEmpty { nil } else {
                try Self.receiving(
                    at: HTTPEndpoint.Place(
                        places: configuration.reportListen, option: "--report-listen", sockets: passed.reportHTTP,
                        path: ReportRoute.reports,
                        bounds: RequestGuard.Bounds(mostDiscarded: 2 * HTTPReportLimits.body.value.bytes)),
                    trust,
                    ReportReceiver(
                        table: table, work: work, names: names, configuration: configuration, clock: clock, logger: logger
                    ) { exposition.unserved($0, of: $1) }, work, logger)
            }
        reportPort = received?.port
        if let journal = configuration.journal, processes != nil {
            BootMark.leave(beside: journal.statePath, logger: logger)
        }
        if let file {
            names.watch(file)
            // Nothing fails from here on, so that its threads end with the agent.
            scraper?.watch(file.scrapes)
            probes?.watch(file.probes)
        }
        // The last to stop: what was reported until then is handed over.
        let probation = store.map { StoreProbation($0, work: work) }
        let keeping = store.map { SegmentKeeping(store: $0, table: table, clock: clock) }
        all =
            [keeping, trustWatch].compactMap { (service: (any Service)?) in service }
            + [scraper, probes, received?.endpoint].compactMap { (service: (any Service)?) in service } + services
            + [probation, journal, unitWatch, notifications].compactMap { (service: (any Service)?) in service }
        scrape = { exposition.render() }
        self.reload = { _ = reload.run(telling: notifications) }
    }

    /// The endpoint for reports over HTTP, which listens already, and its first port.
    private static func receiving(
        at place: HTTPEndpoint.Place, _ trust: WebTrust?, _ receiver: ReportReceiver, _ work: AgentWork, _ logger: Logger
    ) throws(AgentError) -> (endpoint: HTTPEndpoint, port: Int?) {
        let listeners = try HTTPEndpoint.listen(at: place, logger: logger)
        let budget = BodyBudget(limit: HTTPReportLimits.bodies.value.bytes)
        let endpoint = HTTPEndpoint(
            at: place, listeners: listeners,
            connections: EndpointConnections(
                limit: HTTPReportLimits.connections.value, share: HTTPReportLimits.share.value, work: work, logger: logger),
            trust: trust, logger: logger, boundPort: { _ in }
        ) { place, turns in ReportRequestHandler(receiver: receiver, budget: budget, place: place, turns: turns) }
        return (endpoint, listeners.lazy.compactMap(\.port).first)
    }

    /// - Throws: ``AgentError/watchFile(_:)``.
    private static func file(_ path: String, taken: Set<String>, _ paths: PathBook) throws(AgentError) -> WatchFile {
        do throws(WatchFileError) {
            var file = try WatchFile.read(path, taken: taken, paths: paths)
            file.settle()
            return file
        } catch { throw .watchFile(error) }
    }

    private static func groups(
        _ file: WatchFile, _ configuration: AgentConfiguration, _ sockets: SocketSurvey?, work: AgentWork, logger: Logger,
        at now: Moment
    ) -> ProcessGroups {
        ProcessGroups(
            file, retention: configuration.retention,
            readsControlGroups: configuration.sources.contains(ControlGroupsSource.name),
            proportionalBudget: ProportionalBudget(configuration.proportionalBudget, each: configuration.interval, work: work),
            sockets: configuration.sources.contains(GroupSocketsSource.name) ? sockets : nil,
            mostGroups: configuration.groupLimit,
            goesOn: configuration.journal.map { BootMark.isLeft(beside: $0.statePath) } ?? false, logger: logger,
            at: now)
    }

    /// - Throws: ``AgentError/patternNameTaken(_:)``.
    private static func checked(_ patterns: [JournalPattern]) throws(AgentError) -> [JournalPattern] {
        var taken = Exposition.ownNames
        for family in patterns.map(\.family) {
            guard taken.isDisjoint(with: family.claimedNames) else { throw .patternNameTaken(family.name) }
            taken.formUnion(family.claimedNames)
        }
        return patterns
    }

    /// What units add to the line for `systemctl status`.
    private static func status(_ watcher: UnitWatcher?) -> String {
        let troubled = watcher?.troubled ?? 0
        return troubled == 0 ? "" : ", \(troubled) unit\(troubled == 1 ? "" : "s") failed or absent"
    }

    /// One line for `systemctl status`.
    private static func status(_ table: InstanceTable, _ groups: ProcessGroups?) -> String {
        let instances = table.instances
        let received = instances.count { $0.isReceived }
        let living = groups?.living ?? []
        let down = instances.count { !$0.isAlive && !living.contains($0.identity) }
        var line = "watching \(instances.count) instance\(instances.count == 1 ? "" : "s")"
        if received > 0 { line += " (\(received) over HTTP)" }
        if down > 0 { line += ", \(down) down" }
        guard let standing = groups?.standing, !standing.identities.isEmpty else { return line }
        let count = standing.identities.count
        line += ", \(count) group\(count == 1 ? "" : "s") of processes"
        if standing.empty > 0 { line += " (\(standing.empty) empty)" }
        return line
    }
}

import AgentMetrics
import ApusJournal
import ApusText

/// Makes the documents in JSON that stand beside the exposition.
struct Documents: Sendable {
    let table: InstanceTable
    /// The groups of processes that the configuration file names; `nil` without one.
    let groups: (served: GroupTable, known: ProcessGroups)?
    let work: AgentWork
    let exposition: Exposition
    /// Seconds.
    let interval: Double
    /// The one instance that the agent stands beside; `nil` for an agent of a whole host.
    let companion: InstanceIdentity?
    let journal: JournalWatch?
    let watcher: UnitWatcher?
    let clock: AgentClock
    let roster: Roster
    let checks: AgentChecks
    let seriesLimit: Int
    var configuration: @Sendable () -> ConfigurationStanding = { ConfigurationStanding() }

    private var views: [(instance: KnownInstance, view: InstanceView)] {
        table.instances.map { ($0, exposition.look($0)) }
    }

    /// The names of groups with processes: whatever becomes of a report of theirs, they are up, unless the file names a page of theirs.
    private var living: Set<InstanceIdentity> { (groups?.known.living ?? []).filter { !table.isScraped($0) } }

    /// Whether the agent does its work, and the document that says so.
    func health() throws -> (isHealthy: Bool, body: [UInt8]) {
        let now = clock.now()
        let living = living
        let document = HealthDocument(
            instances: views.map { instance, view in
                (view, view.hang != nil ? .hung : view.isUp || living.contains(view.identity) ? .up : instance.absence)
            }, groups: groups?.known.health, checked: findings(at: now).status(withSubjects: false), work: work,
            interval: interval, configuration: configuration(), at: now)
        return (document.status != .fail, try encode(document))
    }

    /// The status of the agent, by which all answers that have one go: the worst of all its checks.
    @Sendable func status() -> HealthDocument.Status { findings(at: clock.now()).status }

    private func findings(at now: Moment) -> ChecksDocument {
        ChecksDocument(checks: checks.all(exposition.survey(), at: now), at: now)
    }

    func resources() throws -> [UInt8] {
        let living = living
        var groups = Dictionary(
            (self.groups?.served.views(at: clock.now()) ?? []).map { ($0.identity, $0) },
            uniquingKeysWith: { first, _ in first })
        // An instance and a group of one name are one subject.
        var subjects = views.map { instance, view in
            (
                view.identity,
                SubjectResources(
                    instance, view, groups.removeValue(forKey: view.identity), isLiving: living.contains(view.identity))
            )
        }
        subjects += groups.map { ($0.key, SubjectResources($0.value)) }
        return try encode(
            ResourcesDocument(intervalSeconds: interval, instances: subjects.sorted { $0.0 < $1.0 }.map(\.1)))
    }

    func stats() throws -> [UInt8] {
        try encode(
            StatsDocument(
                agent: .init(work, at: clock.now()),
                instances: views.map { .init($0.instance, $0.view) }))
    }

    /// - Parameters:
    ///   - unit: the only one that is wanted; `nil`: all.
    ///   - withMessages: whether the texts of entries are told.
    func journal(unit: String?, withMessages: Bool) throws -> [UInt8] {
        try encode(
            JournalDocument(
                journal?.snapshots, unit: unit, withMessages: withMessages,
                instances: views.map { $0.view }))
    }

    /// - Parameters:
    ///   - address: under which the client reaches this agent; `nil` where it is reached over Unix sockets alone.
    ///   - isSecure: whether it speaks TLS there.
    func targets(address: String?, isSecure: Bool) throws -> [UInt8] {
        let names = Set(table.instances.map(\.identity)).union(groups?.known.standing.identities ?? [])
        return try encode(
            TargetsDocument(
                address: address, isSecure: isSecure, instances: names.sorted(), companion: watchesOthers ? nil : companion))
    }

    /// Whether the configuration file names others than the one that the agent stands beside.
    private var watchesOthers: Bool {
        guard let companion else { return true }
        return groups?.known.names(othersThan: companion) ?? false || table.scrapes(othersThan: companion)
    }

    func unitStates() throws -> [UInt8] {
        let now = clock.now()
        return try encode(UnitsDocument(watcher.map { WatchedUnits($0, at: now) }, at: now))
    }

    /// All about one instance or group; `nil` where there is none of this name, or no turn of the sampling loop has seen it.
    ///
    /// - Parameter withMessages: whether the texts of entries are told.
    func instance(_ identity: InstanceIdentity, withMessages: Bool) throws -> [UInt8]? {
        guard let text = roster.text(withMessages: withMessages, status: status), let row = text[identity] else { return nil }
        let now = clock.now()
        let known = table.known(identity)
        let instanceSources = known?.examine(at: now, stopwatch: clock.stopwatch) ?? []
        let view = known.map { exposition.look($0) }
        let group = groups?.served.examine(identity, at: now, stopwatch: clock.stopwatch)
        let unit = view?.unit
        let state = unit.flatMap { name in watcher?.snapshot().units.first { $0.name == name } }
        let errors = unit.map { unit in
            (journal?.snapshots ?? []).compactMap(\.counts).flatMap { $0.errors(of: unit) }.sorted { $0.realtime > $1.realtime }
        }
        let document = InstanceDocument(
            instance: known.flatMap { known in view.map { (known, $0) } }, group: group?.view,
            sources: (instanceSources + (group?.sources ?? [])).sorted { $0.source < $1.source }, unit: state,
            errors: errors ?? [], seriesLimit: seriesLimit, messagesIncluded: withMessages)
        return document.text(agent: text.agent, row: row.text)
    }

    /// Whether the agent does its work, and every check of it.
    func detailedHealth() -> (isHealthy: Bool, body: [UInt8]) {
        let document = findings(at: clock.now())
        return (document.status != .fail, document.text)
    }

    private func encode(_ document: some Encodable) throws -> [UInt8] {
        try JSONText.encode(document, isPretty: true) + [UInt8(ascii: "\n")]
    }
}

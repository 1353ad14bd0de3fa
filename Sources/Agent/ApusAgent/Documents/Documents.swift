import AgentMetrics
import ApusJournal
import CLinux
import FoundationEssentials

/// Makes the documents in JSON that stand beside the exposition.
struct Documents: Sendable {
    let table: InstanceTable
    let work: AgentWork
    let exposition: Exposition
    /// Seconds.
    let interval: Double
    /// The one instance that the agent stands beside; `nil` for an agent of a whole host.
    let companion: InstanceIdentity?
    let journal: JournalFollower?
    let units: ServiceUnits
    let watcher: UnitWatcher?

    private var uptime: Double { Double(apus_monotonic_nanoseconds() - work.startedAt) / 1e9 }
    private var now: Double { Double(apus_realtime_nanoseconds()) / 1e9 }

    /// Whether the agent does its work, and the document that says so.
    func health() throws -> (isHealthy: Bool, body: [UInt8]) {
        let document = HealthDocument(
            views: table.instances.map { exposition.look($0) }, work: work, uptime: uptime, interval: interval)
        return (document.status != .fail, try encode(document))
    }

    func resources() throws -> [UInt8] {
        try encode(
            ResourcesDocument(
                intervalSeconds: interval,
                instances: table.instances.map { .init($0, exposition.look($0), now: now) }))
    }

    func stats() throws -> [UInt8] {
        try encode(
            StatsDocument(
                agent: .init(work, uptime: uptime),
                instances: table.instances.map { .init($0, exposition.look($0), now: now) }))
    }

    /// - Parameter unit: the only one that is wanted; `nil`: all.
    func journal(unit: String?) throws -> [UInt8] {
        try encode(
            JournalDocument(
                isFollowing: journal != nil, journal?.snapshot(), unit: unit, instances: table.instances, units: units))
    }

    /// - Parameter address: under which the client reaches this agent.
    func targets(address: String) throws -> [UInt8] {
        try encode(TargetsDocument(address: address, instances: table.instances.map(\.key), companion: companion))
    }

    func unitStates() throws -> [UInt8] { try encode(UnitsDocument(watcher?.snapshot())) }

    private func encode(_ document: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
    }
}

public import ApusTopology

/// The packs of this library that a fleet has: all of them, unless it leaves some out.
///
/// ```swift
/// let fleet = Fleet("shop") {
///     FleetService("checkout", role: .api) { … }
///     Cache("sessions", …)
///     StandardPacks(without: .caches)
///     OwnCachePack()
/// }
/// ```
///
/// A pack gives nothing to a fleet that has nothing of its subject, so that none has to be left out for that.
public struct StandardPacks: FleetPart {
    /// The subject of a pack.
    public enum Subject: CaseIterable, Hashable, Sendable {
        /// The services' processes: whether they run, and what they take.
        case processes
        /// What services answer over HTTP.
        case requests
        /// PostgreSQL, pgbouncer before it, and the pools of its clients.
        case databases
        /// RabbitMQ.
        case brokers
        /// Redis.
        case caches
        /// nginx, and the certificates that it shows.
        case traffic
        /// The machines, as node_exporter sees them.
        case hosts
        /// The agents, Prometheus and Alertmanager themselves.
        case monitoring
        /// systemd's units and the journal.
        case units
        /// What agents ask from outside.
        case probes
        /// The fleet's objectives and their error budgets.
        case objectives
    }

    /// The subjects whose packs the fleet does not have.
    public let leftOut: Set<Subject>
    public let place: SourcePlace

    public init(without subjects: Subject..., fileID: String = #fileID, line: Int = #line) {
        leftOut = Set(subjects)
        place = SourcePlace(fileID: fileID, line: line)
    }
}

/// A pack of this library.
protocol StandardPack: MonitoringPack {
    static var subject: StandardPacks.Subject { get }
    init()
}

extension StandardPack {
    /// Nobody declares it: what follows from it follows from the fleet as a whole.
    var place: SourcePlace { SourcePlace(fileID: #fileID, line: #line) }

    /// Whether a fleet has it.
    static func isPart(of fleet: Fleet) -> Bool { fleet.part(of: StandardPacks.self)?.leftOut.contains(subject) != true }
}

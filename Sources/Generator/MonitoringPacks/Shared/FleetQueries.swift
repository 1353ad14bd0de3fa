import AgentMetrics
import ApusMetrics
package import ApusPromQL
package import ApusTopology

extension Series {
    /// The series that some services have.
    package func of<Own>(_ services: [FleetService]) -> Self where Key == SeriesKey<Own> {
        let names = services.map(\.name)
        // Names of services need no escape in a regular expression: letters, digits and hyphens.
        return names.count == 1
            ? matching(.service, names.joined()) : matching(.service, .matches, names.joined(separator: "|"))
    }

    /// The series of whatever is none of some services.
    package func notOf<Own>(_ services: [FleetService]) -> Self where Key == SeriesKey<Own> {
        let names = services.map(\.name)
        switch names.count {
        case 0: return self
        case 1: return matching(.service, .differs, names[0])
        default: return matching(.service, .matchesNot, names.joined(separator: "|"))
        }
    }
}

/// Queries that alerts and panels share, so that both speak of the same thing.
///
/// Of a process that died, the agent goes on serving counts but no gauges, so that what gauges say is of living processes.
package enum FleetQueries {
    /// Open database connections of each process.
    package static var openConnections: InstantVector<SeriesKey<NoKey>> {
        Contract.databaseConnections.series.value
    }

    /// The open database connections of a fleet, none of them twice: of each server as it counts them itself where all are probed, so
    /// that they are right when every process is dead, and of each process else.
    package static func openConnections(in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        let probed = fleet.probedDatabases
        guard !probed.isEmpty else { return openConnections }
        let series = Contract.databaseConnections.series
        // Names need no escape in a regular expression: letters, digits and hyphens.
        let names = probed.joined(separator: "|")
        switch (fleet.countsByServers, probed.count == 1) {
        case (true, true): return series.matching(.service, names).value
        case (true, false): return series.matching(.service, .matches, names).value
        case (false, true): return series.matching(.service, .differs, names).value
        case (false, false): return series.matching(.service, .matchesNot, names).value
        }
    }

    /// Whether each instance of the services with a role runs: 1 or 0.
    package static func up(_ role: ServiceRole, in fleet: Fleet) -> InstantVector<SeriesKey<NoKey>> {
        ServiceState.up.series.of(fleet.services(role: role)).value
    }
}

extension Fleet {
    /// The databases that say themselves how many connections are open, in order of the probes.
    var probedDatabases: [String] {
        probes.compactMap { if case .postgreSQL(let name, _, _, _) = $0.target { name } else { nil } }
    }

    /// Whether all databases say so, and the processes need not be asked.
    var countsByServers: Bool {
        !probedDatabases.isEmpty && Set(databases.map(\.name)).isSubset(of: probedDatabases)
    }

    /// The window of rates in rules.
    package var rateWindow: RateWindow { .fixed(alertWindow) }

    /// How long alerts on what runs for a moment now and then fire on: five times as long as they hold, and a window at the most.
    package var keepFiring: Duration { min(alerting.hold * 5, alertWindow) }

    /// The window in which a single event counts: longer than the alert waits, so that one is enough to fire.
    package var eventWindow: RateWindow {
        .fixed(max(alertWindow, alerting.hold + max(scraping.interval, scraping.evaluationInterval) * 4))
    }
}

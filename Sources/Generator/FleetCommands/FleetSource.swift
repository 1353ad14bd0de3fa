public import ApusGenerator
public import ApusMetrics
import ApusPromQL
public import ApusTopology
public import ArgumentParser
import ExporterCatalog

/// Where the fleet of a command comes from: options of the command line, and the fleet that they describe.
public protocol FleetSource: ParsableArguments {
    /// The fleet, without contradictions.
    ///
    /// - Throws: `InvalidFleet`, which lists all its faults.
    func fleet() throws -> Fleet

    /// Dashboards of the fleet's own, beside those that every fleet has.
    var dashboards: [Dashboard] { get }

    /// The families that the fleet's services record, beside those that `AgentMetrics` declares for any service.
    static var families: [MetricFamily] { get }
}

extension FleetSource {
    public var dashboards: [Dashboard] { [] }
    public static var families: [MetricFamily] { [] }
}

extension Fleet {
    /// The declared families that the fleet's own alerts and objectives ask for, without those that exporters serve.
    var queriedFamilies: [MetricFamily] {
        let selectors =
            alerts.flatMap(\.condition.selectors)
            + objectives.flatMap { objective in
                switch objective.indicator {
                case .failures(let bad, let total): bad + total
                case .within(let histogram, _): [histogram]
                }
            }
        let ofExporters = Set(ExporterCatalog.families.map(\.name))
        return selectors.compactMap(\.family).filter { !ofExporters.contains($0.name) }
    }
}

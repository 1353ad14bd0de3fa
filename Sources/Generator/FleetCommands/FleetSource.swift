import AgentMetrics
public import ApusDashboards
public import ApusFiles
import ApusGenerator
public import ApusMetrics
import ApusPromQL
public import ApusTopology
public import ArgumentParser
import ExporterCatalog
import MonitoringPacks

/// The source of a command's fleet: options of the command line, and the fleet that they describe.
public protocol FleetSource: ParsableArguments {
    /// The fleet, without contradictions.
    ///
    /// - Throws: `InvalidFleet`, which lists all its faults.
    func fleet() throws -> Fleet

    /// Dashboards of the fleet's own, beside those that every fleet has.
    var dashboards: [Dashboard] { get }

    /// The files of the tool's own, beside those that follow from the fleet.
    var files: [GeneratedFile] { get }

    /// The families that the fleet's services record, beside those that `AgentMetrics` declares for any service.
    static var families: [MetricFamily] { get }
}

extension FleetSource {
    public var dashboards: [Dashboard] { [] }
    public var files: [GeneratedFile] { [] }
    public static var families: [MetricFamily] { [] }
}

extension Fleet {
    /// The families that the fleet's own services serve: those of the groups that services record, and those that the alerts, objectives
    /// and dashboards of the fleet and of its packs ask for; without those that agents or exporters serve for any fleet.
    ///
    /// - Parameter own: the dashboards of the fleet's own, beside those of its packs.
    func servedFamilies(and own: [Dashboard]) -> [MetricFamily] {
        let alerted = alertsByConcern.flatMap(\.alerts).flatMap(\.condition.selectors)
        let promised = objectives.flatMap { objective in
            switch objective.indicator {
            case .failures(let bad, let total): bad + total
            case .within(let histogram, _): [histogram]
            }
        }
        let drawn = (dashboards + own).flatMap(\.selectors)
        var others = Set((ExporterCatalog.families + MetricCatalog.families + ScrapeMetrics.families).map(\.name))
        return (services.flatMap(\.records).flatMap(\.families) + (alerted + promised + drawn).compactMap(\.family))
            // A colon is in the names of what rules record.
            .filter { !$0.name.contains(":") && others.insert($0.name).inserted }
    }
}

extension FleetEnvironment: ExpressibleByArgument {}

/// The options that choose the environment of the fleet, shared by the commands that describe it and generate its files.
public struct EnvironmentArguments: ParsableArguments {
    @Option(help: "Which environment the fleet is for. (default: production where it varies for that, else as it is declared)")
    public var environment: FleetEnvironment?

    public init() {}
}

extension FleetSource {
    /// The fleet as it is in an environment; throws `InvalidFleet`, which lists all its faults.
    public func fleet(in arguments: EnvironmentArguments) throws -> Fleet {
        try fleet().deployed(in: arguments.environment)
    }
}

public import ApusDashboards
public import ApusGenerator
public import ApusMetrics
import ApusPromQL
public import ApusTopology
public import ArgumentParser
import ExporterCatalog

/// The source of a command's fleet: options of the command line, and the fleet that they describe.
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

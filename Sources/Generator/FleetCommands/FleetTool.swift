public import ApusDashboards
import ApusGenerator
public import ApusMetrics
public import ApusTopology
public import ArgumentParser
import CommandConventions

/// A command-line tool for a fleet of one's own: `generate`, `explain` and the others, for the fleet that it declares.
///
/// ```swift
/// import ApusTopology
/// import FleetCommands
///
/// @main
/// struct Shop: FleetTool {
///     static let fleet = Fleet("shop") {
///         FleetService("checkout", role: .api) { Instance("checkout-1", port: 8000, metricsPort: 9101) }
///     }
/// }
/// ```
public protocol FleetTool: AsyncParsableCommand {
    static var fleet: Fleet { get }
    /// Dashboards of its own, beside those that every fleet has.
    static var dashboards: [Dashboard] { get }
    /// The families that its services serve although no service records them (`records:`) and no alert, objective or dashboard asks for
    /// them; `lint` and `check` know the others.
    static var families: [MetricFamily] { get }
    /// Commands beside those that every fleet has, such as `Check.self` of the module `LiveChecks`.
    static var commands: Commands { get }
}

extension FleetTool {
    public typealias Commands = [any ParsableCommand.Type]

    public static var dashboards: [Dashboard] { [] }
    public static var families: [MetricFamily] { [] }
    public static var commands: Commands { [] }

    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: "Generates and checks the monitoring of the \(fleet.name) fleet.",
            subcommands: [
                GenerateCommand<DeclaredFleet<Self>>.self, ExplainCommand<DeclaredFleet<Self>>.self,
                TopologyCommand<DeclaredFleet<Self>>.self, LocalCommand<DeclaredFleet<Self>>.self, PromQLCommand.self,
                LintCommand<DeclaredFleet<Self>>.self,
            ] + commands)
    }

    public static func main() async { await runWithOneLineErrors() }
}

/// The fleet that a tool declares.
public struct DeclaredFleet<Tool: FleetTool>: FleetSource {
    public init() {}

    public func fleet() throws -> Fleet { try Tool.fleet.validated() }
    public var dashboards: [Dashboard] { Tool.dashboards }

    public static var families: [MetricFamily] {
        var names: Set<String> = []
        // What stands in a variation alone is served where that holds.
        let fleets = [Tool.fleet] + Tool.fleet.variations.map { Tool.fleet.varied(for: $0.environment) }
        return (Tool.families + fleets.flatMap { $0.servedFamilies(and: Tool.dashboards) })
            .filter { names.insert($0.name).inserted }
    }
}

import ApusGenerator
import ApusTopology
public import ArgumentParser

/// `apus topology`: the fleet as it is declared, for people.
public struct TopologyCommand<Source: FleetSource>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "topology",
            abstract: "Shows the fleet: services, instances, ports, limits, servers, objectives, thresholds and routes.")
    }

    @Flag(help: "A flowchart in Mermaid's language in place of the tables.")
    var mermaid = false

    @OptionGroup var environment: EnvironmentArguments

    @OptionGroup var source: Source

    public init() {}

    public func run() async throws {
        let fleet = try source.fleet(in: environment)
        print(mermaid ? fleet.mermaid : fleet.table(watched: try fleet.watchedThresholds()), terminator: "")
    }
}

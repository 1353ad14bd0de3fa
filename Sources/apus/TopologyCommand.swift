import ApusTopology
import ArgumentParser

/// `apus topology`: the fleet as it is declared, for people.
struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology",
        abstract: "Shows the fleet: services, instances, ports, limits, servers, objectives, thresholds and routes.")

    @Flag(help: "A flowchart in Mermaid's language in place of the tables.")
    var mermaid = false

    @OptionGroup var environment: EnvironmentArguments

    @OptionGroup var fleet: FleetArguments

    func run() async throws {
        let fleet = try fleet.validatedFleet(in: environment)
        print(mermaid ? fleet.mermaid : fleet.table, terminator: "")
    }
}

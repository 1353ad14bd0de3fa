import AgentMetrics
import ArgumentParser
import CommandConventions
import FleetCommands
import FleetTop
import LiveChecks

/// The command-line tool: a notification platform with its monitoring, and the generator of its configuration.
@main
struct Apus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Runs a fleet of notification services under an agent's eyes, and generates all its monitoring.",
        version: productVersion,
        subcommands: [
            UpCommand.self, APICommand.self, WorkerCommand.self, GenerateCommand<FleetArguments>.self,
            ExplainCommand<FleetArguments>.self, TopologyCommand<FleetArguments>.self, InstallUnitsCommand.self,
            CheckCommand<FleetArguments>.self, LoadCommand.self, ProbeCommand.self, PromQLCommand.self,
            LintCommand<FleetArguments>.self, TopCommand.self,
        ])

    static func main() async { await runWithOneLineErrors() }
}

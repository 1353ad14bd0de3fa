import ApusDeployment
import ApusFiles
public import ArgumentParser

/// `local`: a script of the shell that runs the fleet on this machine, by the same command lines as servers do.
public struct LocalCommand<Source: FleetSource>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "local",
            abstract: "Prints a script of the shell that runs agents and services on this machine.",
            discussion: """
                The script ends all of them with itself, and itself with the first of them that ends. What agents read is written into the \
                data folder. Programs without a path are looked for as the shell does; what is found and not started by the fleet is left \
                as it is.
                """)
    }

    @Option(help: ArgumentHelp("The folder of all files of the processes; made where it is missing.", valueName: "dir"))
    var data = "data"

    @OptionGroup var environment: EnvironmentArguments

    @OptionGroup var source: Source

    public init() {}

    public func run() async throws {
        let script = LocalScript(fleet: try source.fleet(in: environment), folder: data)
        _ = try OutputFolder(path: data).write(try script.files)
        print(script.text, terminator: "")
    }
}

import ApusGenerator
public import ArgumentParser
import Foundation

/// `apus generate`: writes every file that follows from the topology.
public struct GenerateCommand<Source: FleetSource>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "generate",
            abstract: "Writes a fleet's files: of Prometheus, Grafana, systemd, nginx, pgbouncer, Docker and Kubernetes.",
            discussion: """
                Files that are as they should be are left alone; the paths of the others are printed. What lies among the generated \
                files without being one is named, but not removed. With --check nothing is written: each file that is missing, was \
                edited or lies there without being generated is named, and the exit code is 1 when there is one.
                """)
    }

    @Option(help: ArgumentHelp("The folder under which the files are written.", valueName: "dir"))
    var output = "."

    @Flag(help: "Write nothing; name each file that differs and exit with 1 if there is one.")
    var check = false

    @OptionGroup var source: Source

    public init() {}

    public func run() async throws {
        let files = try source.fleet().generatedFiles()
        let folder = OutputFolder(path: output)
        if check {
            try report(try folder.differences(from: files), of: files.count)
        } else {
            for path in try folder.write(files) { print(path) }
            for difference in try folder.differences(from: files) { printError(difference.description) }
        }
    }

    private func report(_ differences: [OutputFolder.Difference], of count: Int) throws {
        guard !differences.isEmpty else {
            print("all \(count) generated files are up to date")
            return
        }
        for difference in differences { printError(difference.description) }
        throw ExitCode.failure
    }

    private func printError(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

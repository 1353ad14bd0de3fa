public import ApusDashboards
import ApusDeployment
import ApusFiles
public import ApusGenerator
public import ArgumentParser
import Foundation

extension FileKind: ExpressibleByArgument {}
extension DashboardSchema: ExpressibleByArgument {}

/// `apus generate`: writes every file that follows from the topology.
public struct GenerateCommand<Source: FleetSource>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "generate",
            abstract: "Writes every file that follows from the topology: monitoring, its tests and deployment.",
            discussion: """
                Files that are as they should be are left alone; the paths of the others are printed. What lies among the \
                generated files without being one is named, but not removed. With --check nothing is written: each file that is \
                missing, was edited or lies there without being generated is named, and the exit code is 1 when there is one. \
                With --only, what lies beside the files of these kinds is not looked at.
                """)
    }

    @Option(help: ArgumentHelp("The folder under which the files are written.", valueName: "dir"))
    var output = "."

    @Flag(help: "Write nothing; name each file that differs and exit with 1 if there is one.")
    var check = false

    @Option(help: ArgumentHelp("Only files of this kind; repeatable. (default: all)", valueName: "kind"))
    var only: [FileKind] = []

    @Option(help: ArgumentHelp("The form of dashboards: classic, or v2 of Grafana 13.", valueName: "schema"))
    var dashboardSchema: DashboardSchema = .classic

    @OptionGroup var environment: EnvironmentArguments

    @OptionGroup var source: Source

    public init() {}

    public func run() async throws {
        let kinds = only.isEmpty ? Set(FileKind.allCases) : Set(only)
        let fleet = try source.fleet(in: environment)
        var files = try fleet.filesOfValidFleet(of: kinds, dashboards: source.dashboards, schema: dashboardSchema)
        // These files are of no kind, as they belong to all of them.
        if kinds.count == FileKind.allCases.count { files += source.files }
        if kinds.contains(.compose) { for omission in fleet.omittedFiles { printError(omission) } }
        let folder = OutputFolder(path: output)
        // Beside files of some kinds lie those of others.
        let strays: OutputFolder.Strays = kinds.count == FileKind.allCases.count ? .named : .ignored
        if check {
            try report(try folder.differences(from: files, strays: strays), of: files.count)
        } else {
            // Before writing: most of what is to be looked through is not there yet.
            let found = strays == .named ? try folder.strays(beside: files) : []
            for path in try folder.write(files) { print(path) }
            for stray in found { printError(stray.description) }
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

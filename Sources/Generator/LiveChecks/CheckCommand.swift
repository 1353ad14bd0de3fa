import AgentMetrics
import ApusFiles
import ApusGenerator
import ApusLint
import ApusMetrics
import ApusPromQL
import ApusTopology
public import ArgumentParser
import CommandConventions
import ExporterCatalog
public import FleetCommands
import Foundation

/// `apus check`: compares what is generated, or any rules and dashboards, with what runs.
///
/// A fleet's own tool has it by `static let commands: Commands = [Check.self]`.
public struct CheckCommand<Source: FleetSource>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "check",
            abstract:
                "Asks a live Prometheus whether every query finds something, or an agent whether it serves what is declared.",
            discussion: """
                With --prometheus every query of the fleet's rules and dashboards, or of the files that are named, is asked: one \
                that finds nothing is printed with its place and why, such as a metric, a label or a value that is not there. An \
                alert whose condition does not hold is as it should be, and so is a counter or histogram whose event has not \
                happened, and what is recorded of it; --verbose names them. The exit code is 1 when something is missing.

                With --agent what it serves is compared with what the fleet declares: what has another type or other labels, what is served \
                and not declared, and, with --missing, what is declared and not served, such as metrics of events that have not \
                happened. The exit code is 1 when something contradicts its declaration.
                """)
    }

    @Option(help: ArgumentHelp("Prometheus, as its web page has it: http://127.0.0.1:9090.", valueName: "url"))
    var prometheus: String?

    @Option(help: ArgumentHelp("An agent: http://127.0.0.1:9480.", valueName: "url"))
    var agent: String?

    @Flag(help: "Name what an agent does not serve, too.")
    var missing = false

    @Flag(help: "Name the queries that find something, too.")
    var verbose = false

    @Argument(help: "Rule files and dashboards to check in place of the fleet's.")
    var files: [String] = []

    @OptionGroup var environment: EnvironmentArguments

    @OptionGroup var source: Source

    public init() {}

    public func validate() throws {
        guard (prometheus == nil) != (agent == nil) else {
            throw ValidationError("give either --prometheus URL or --agent URL")
        }
    }

    public func run() async throws {
        var isWell = true
        if let prometheus { isWell = try await checkQueries(on: prometheus) }
        if let agent { isWell = try await checkCatalog(on: agent) }
        if !isWell { throw ExitCode.failure }
    }

    // MARK: - Queries

    private func checkQueries(on url: String) async throws -> Bool {
        let fleet = try source.fleet(in: environment)
        let (queries, faults) = Linter.queries(
            in: try lintFiles(fleet.generatedFiles(of: [.rules, .dashboards], dashboards: source.dashboards)))
        for fault in faults { print(fault) }
        let check = QueryCheck(
            server: PrometheusAPI(url: url), window: max(fleet.scraping.interval * 4, .seconds(60)),
            eventNames: Self.eventNames.union(queries.compactMap(\.recordedName)))
        var counts = (found: 0, quiet: 0, empty: faults.count)
        for query in queries {
            let verdict: QueryCheck.Verdict
            do {
                verdict = try await check.verdict(on: query.expression)
            } catch {
                throw CommandFailure(error.description)
            }
            switch verdict {
            case .found(let series):
                counts.found += 1
                if verbose { print("\(query.place): \(series) series: \(query.expression)") }
            case .nothingPasses where query.role == .alert:
                counts.quiet += 1
                if verbose { print("\(query.place): quiet: \(query.expression)") }
            case .noPast:
                counts.quiet += 1
                if verbose { print("\(query.place): quiet: its series have no past yet: \(query.expression)") }
            case .nothingHappened(let selectors):
                counts.quiet += 1
                if verbose {
                    let reasons = selectors.map(\.description).joined(separator: "; ")
                    print("\(query.place): quiet: \(reasons.isEmpty ? query.expression.description : reasons)")
                }
            case .nothingPasses:
                counts.empty += 1
                print("\(query.place): its series are there, but nothing passes its conditions: \(query.expression)")
            case .empty(let selectors):
                counts.empty += 1
                for selector in selectors { print("\(query.place): \(selector)") }
            case .refused(let reason):
                counts.empty += 1
                print("\(query.place): the server refuses \(query.expression): \(reason)")
            }
        }
        print(
            "\(queries.count) queries: \(counts.found) find something, \(counts.quiet) are of alerts and events that have not happened, "
                + "\(counts.empty) find nothing")
        return counts.empty == 0
    }

    /// The names of declared series that come into being with the first event of their kind, or while something is refused.
    private static var eventNames: Set<String> {
        let families = MetricCatalog.families + Source.families + ExporterCatalog.families
        let kinds: [MetricKind] = [.counter, .histogram, .nativeHistogram, .summary]
        return Set(families.filter { kinds.contains($0.kind) }.flatMap(\.claimedNames) + [ReportedFamilies.refused.name])
    }

    private func lintFiles(_ generated: @autoclosure () throws -> [GeneratedFile]) throws -> [LintFile] {
        guard !files.isEmpty else {
            return try generated().filter { !$0.path.hasSuffix(".test.yml") }
                .map { LintFile(path: $0.path, bytes: Array($0.contents.utf8), isNamed: false) }
        }
        return files.map { path in
            do {
                return LintFile(path: path, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
            } catch {
                return LintFile(path: path, unreadable: "it cannot be read: \(error.localizedDescription)")
            }
        }
    }

    // MARK: - The catalog

    private func checkCatalog(on url: String) async throws -> Bool {
        let comparison: CatalogComparison
        do {
            comparison = try await AgentCheck(url: url).comparison(more: Source.families)
        } catch {
            throw CommandFailure(error.description)
        }
        var absent = 0
        var wrong = 0
        for difference in comparison.differences {
            switch difference {
            case .missing, .withoutSamples:
                absent += 1
                if missing { print(difference) }
            case .undeclared, .wrongType, .missingLabels, .extraLabels:
                wrong += 1
                print(difference)
            }
        }
        print("\(absent) declared families are not served now, \(wrong) differ from their declaration or have none")
        return wrong == 0
    }
}

extension FleetTool {
    /// The command `check` for the fleet of this tool.
    public typealias Check = CheckCommand<DeclaredFleet<Self>>
}

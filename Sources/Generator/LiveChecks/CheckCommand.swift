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

                With --agent what it serves is compared with what the fleet declares: what has another type or other labels; with \
                --missing also what is declared and not served, such as metrics of events that have not happened; and with --undeclared \
                what is served and not declared. An agent serves what any application reports that runs beside the fleet's: the exit \
                code is 1 when something contradicts its declaration, and for what has none with --undeclared alone.

                A server with users, TLS or tenants is asked as a file of Prometheus' http_config says (--http-config), or by the options \
                for one of these. What is secret is sent and never printed. OAuth 2 and proxies are not taken.
                """)
    }

    @Option(
        help: ArgumentHelp(
            "Prometheus, or what speaks its API, as its web page has it: http://127.0.0.1:9090. USER:PASSWORD@ before the host is used, "
                + "and never printed.", valueName: "url"))
    var prometheus: String?

    @Option(
        help: ArgumentHelp(
            "An agent: http://HOST:PORT, https://HOST:PORT or unix:///PATH, such as http://127.0.0.1:9480.", valueName: "url"))
    var agent: String?

    @Flag(help: "Name what an agent does not serve, too.")
    var missing = false

    @Flag(help: "Name what an agent serves and the fleet does not declare, too, and fail for it.")
    var undeclared = false

    @Flag(help: "Name the queries that find something, too.")
    var verbose = false

    @Option(help: "Lines for a person (text), or one JSON document that names everything (json).")
    var output = CheckOutput.text

    @OptionGroup(title: "Servers that do not answer everybody") var access: AccessArguments

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
        access.hideUsers()
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
        return try await withClient(of: url) { client in
            var report = QueryReport(server: client.url, faults: faults.map { "\($0)" })
            if output == .text { for fault in report.faults { print(fault) } }
            let check = QueryCheck(
                server: PrometheusAPI(client), window: max(fleet.scraping.interval * 4, .seconds(60)),
                eventNames: Self.eventNames.union(queries.compactMap(\.recordedName)))
            for query in queries {
                let outcome = QueryReport.Outcome(query, try await check.verdict(on: query.expression))
                report.queries.append(outcome)
                if output == .text { for line in outcome.lines(naming: verbose) { print(line) } }
            }
            let counts = report.counts
            switch output {
            case .json: print(try report.document())
            case .text:
                print(
                    "\(counts.queries) queries: \(counts.found) find something, \(counts.quiet) are of alerts and events that have not happened, "
                        + "\(counts.missing) find nothing")
            }
            return counts.missing == 0
        }
    }

    /// Asks a server, and lets go of its connections after it.
    private func withClient(of url: String, _ ask: (ServerClient) async throws -> Bool) async throws -> Bool {
        let client: ServerClient
        do throws(AccessFault) { client = try ServerClient(try access.access(to: url)) } catch {
            throw CommandFailure(error.description)
        }
        do {
            let isWell = try await ask(client)
            await client.close()
            return isWell
        } catch {
            await client.close()
            let reason: String
            switch error {
            case let error as QueryServerError: reason = error.description
            case let error as AgentCheckError: reason = error.description
            default: throw error
            }
            if output == .json { print(try UnaskedReport(server: client.url, error: reason).document()) }
            throw CommandFailure(reason)
        }
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
        try await withClient(of: url) { client in
            let report = CatalogReport(
                try await AgentCheck(client).comparison(more: Source.families), of: client.url)
            switch output {
            case .json: print(try report.document())
            case .text:
                for difference in report.differences {
                    let isNamed =
                        switch difference.kind {
                        case .contradiction: true
                        case .absent: missing
                        case .undeclared: undeclared
                        }
                    if isNamed { print(difference.reason) }
                }
                print(
                    "\(report.count(.absent)) declared families are not served now, \(report.count(.undeclared)) are served and not declared, "
                        + "\(report.count(.contradiction)) differ from their declaration")
            }
            return report.count(.contradiction) == 0 && (!undeclared || report.count(.undeclared) == 0)
        }
    }
}

extension FleetTool {
    /// The command `check` for the fleet of this tool.
    public typealias Check = CheckCommand<DeclaredFleet<Self>>
}

import ApusLint
import ApusMetrics
import ApusPromQL
public import ArgumentParser
import CommandConventions
import Foundation

/// `apus lint`: checks other people's rule files and dashboards, against the metrics that the fleet declares.
public struct LintCommand<Source: FleetSource>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "lint",
            abstract: "Checks rule files of Prometheus and dashboards of Grafana.",
            discussion: """
                Files are told apart by what is in them: rule files, PrometheusRule objects of Kubernetes, dashboards in JSON or in \
                a ConfigMap. Templates in labels and annotations of alerts are read too: what Prometheus would refuse in them is an \
                error. A folder stands for all files in it. Each finding is a line, FILE:LINE:COLUMN: error or warning, and \
                what to do; a summary is the last line. The exit code is 1 when there is an error.

                Known are metrics of Apus, of the fleet, of common exporters and those that the files record; others from \
                --declarations. Of metrics that are not known nothing is assumed, and only what is certain anyhow is said.
                """)
    }

    @Argument(help: "Files and folders.")
    var paths: [String]

    @Flag(help: "Parse every expression, and do nothing else.")
    var syntaxOnly = false

    @Flag(help: "Take a metric that is not known for an error.")
    var strict = false

    @Option(help: ArgumentHelp("A saved answer of /metrics, whose metrics are known then; may be repeated.", valueName: "file"))
    var declarations: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            A label that targets add to every series, besides job and instance; may be repeated. With one, a label that neither \
            the metric nor the targets have is found.
            """, valueName: "name"))
    var targetLabel: [String] = []

    @Option(help: "How often targets are scraped: finds windows that hold less than four scrapes.")
    var scrapeInterval: Duration?

    @Option(help: "How often rules are evaluated whose group does not say it.")
    var evaluationInterval: Duration?

    public init() {}

    public func run() async throws {
        let report = Linter(try settings()).report(on: files())
        var output = report.findings.map { "\($0)\n" }.joined()
        output += report.summary + "\n"
        FileHandle.standardOutput.write(Data(output.utf8))
        if report.errors > 0 { throw ExitCode.failure }
    }

    private func settings() throws -> LintSettings {
        guard !syntaxOnly else { return settings(SeriesDeclarations()) }
        var known = SeriesDeclarations.known(targetLabels: targetLabel, more: Source.families)
        for path in declarations {
            do {
                let text = String(decoding: try contents(of: path), as: UTF8.self)
                known.declare(try ExpositionSummary(parsing: text, as: .any), targetLabels: .ofOthers(targetLabel))
            } catch let error as ExpositionSyntaxError {
                throw CommandFailure("\(path):\(error.line):\(error.column): \(error.reason)")
            } catch {
                throw CommandFailure("\(path) cannot be read: \(error.localizedDescription)")
            }
        }
        return settings(known)
    }

    private func settings(_ declarations: SeriesDeclarations) -> LintSettings {
        var settings = LintSettings(declarations: declarations)
        settings.isSyntaxOnly = syntaxOnly
        settings.reportsUnknownMetrics = strict
        settings.scrapeInterval = scrapeInterval
        settings.evaluationInterval = evaluationInterval
        return settings
    }

    private func files() -> [LintFile] {
        var files: [LintFile] = []
        for path in paths {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
                files += filesInFolder(path).map { file(at: $0, isNamed: false) }
            } else {
                files.append(file(at: path, isNamed: true))
            }
        }
        return files
    }

    /// One that cannot be read is a finding, and the others are linted.
    private func file(at path: String, isNamed: Bool) -> LintFile {
        do {
            return LintFile(path: path, bytes: try contents(of: path), isNamed: isNamed)
        } catch {
            return LintFile(path: path, unreadable: "the file cannot be read: \(error.localizedDescription)")
        }
    }

    /// Sorted, without hidden ones.
    private func filesInFolder(_ path: String) -> [String] {
        let url = URL(fileURLWithPath: path)
        let found = FileManager.default.enumerator(
            at: url, includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
        return (found?.compactMap { $0 as? URL } ?? [])
            .filter { ["yml", "yaml", "json"].contains($0.pathExtension.lowercased()) }
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true }
            .map { path + $0.path.dropFirst(url.path.count) }
            .sorted()
    }

    private func contents(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

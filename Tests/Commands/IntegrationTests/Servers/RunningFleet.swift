import Foundation
import HostTesting
import Glibc

/// `apus up` with short intervals, on ports and in a folder of its own, with the configuration that was generated for it.
final class RunningFleet: Sendable {
    let process: RunningProgram
    let folder: TemporaryFolder
    let offset: Int

    var agent: String { "http://127.0.0.1:\(9480 + offset)" }
    var apis: [String] { [3001, 3002].map { "http://127.0.0.1:\($0 + offset)" } }
    var data: String { folder.path("data") }
    var prometheusConfiguration: String { folder.path("deploy/prometheus/prometheus.yml") }

    /// An offset at which all ports of a fleet are free.
    static func freeOffset() throws -> Int { try LoopbackPort.offset(of: [3001, 3002, 9480] + Array(9090...9102)) }

    /// Brings the fleet up and waits until every instance reports.
    ///
    /// - Parameters:
    ///   - options: of the fleet.
    ///   - up: options of `apus up` alone.
    ///   - offset: of its ports; one at which they are free by default.
    init(_ options: [String] = [], up: [String] = [], offset: Int? = nil) async throws {
        folder = try TemporaryFolder()
        let offset = try offset ?? Self.freeOffset()
        self.offset = offset
        let parameters = ["--scrape-interval", "1s", "--alert-hold", "4s", "--port-offset", "\(offset)"] + options
        let generated = try await Command.runApart(
            Executables.apus, ["generate", "--environment", "development", "--output", folder.path] + parameters)
        guard generated.status == 0 else { throw Failure("apus generate: \(generated.errors)") }
        process = try RunningProgram(
            Executables.apus, ["up", "--data", folder.path("data"), "--poll-interval", "200ms"] + parameters + up)
        try await eventually("the fleet is up: \(process.output)\(process.errors)", within: .seconds(60)) {
            guard process.isRunning else { throw Failure("apus up ended: \(process.errors)") }
            return process.output.contains("\nup: ")
        }
    }

    /// Waits until so many instances of this agent are up.
    func awaitInstances(_ count: Int = 7) async throws {
        try await eventually("\(count) instances report", within: .seconds(60)) {
            guard let answer = try? await HTTP.get("\(agent)/metrics") else { return false }
            return answer.values(of: "apus_service_up").values.count(where: { $0 == 1 }) == count
        }
    }

    /// The process of an instance, or of the agent by `nil`.
    func pid(of instance: String?) throws -> pid_t {
        let children = LinuxProcess.children(of: process.pid)
        let found = children.first { child in
            instance.map { child.arguments.contains($0) && !child.arguments.contains("--expect") }
                ?? child.arguments.contains("--expect")
        }
        guard let found else { throw Failure("no process of \(instance ?? "the agent") among \(children.map(\.arguments))") }
        return found.pid
    }

    /// The sum of a counter over all instances, as the agent serves it at this moment.
    func total(_ family: String) async throws -> Double {
        try await HTTP.get("\(agent)/metrics").values(of: family).values.reduce(0, +)
    }

    /// How fast the machine is, is no matter of a test.
    private static let noLatencyLimits = ["--max-average", "60s", "--max-p95", "60s", "--max-p99", "60s"]

    /// Runs a load test against both APIs and reads its report.
    func load(_ arguments: [String]) async throws -> (code: Int32, report: [String: Any]) {
        let command = try await Command.runApart(
            Executables.apus,
            ["load", "--report", "json", "--url", apis.joined(separator: ",")] + Self.noLatencyLimits + arguments)
        guard let report = try? JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any] else {
            throw Failure("apus load: \(command.output)\(command.errors)")
        }
        return (command.status, report)
    }

    /// SIGTERM; the exit code.
    func stop() async throws -> Int32 {
        process.signal(SIGTERM)
        return try await process.wait(.seconds(60))
    }
}

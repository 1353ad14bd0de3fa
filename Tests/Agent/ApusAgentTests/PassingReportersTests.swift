import ApusMetrics
import ApusReporting
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

/// A real agent, and reporters that come and go by the thousand.
@Suite(.timeLimit(.minutes(4))) struct PassingReportersTests {
    private static let rounds = 50
    private static let reporters = 50

    private static func residentKiB(_ pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return try #require(line.flatMap { Int($0.filter(\.isNumber)) })
    }

    @Test func `what reporters took that are gone is given back`() async throws {
        let folder = try TemporaryFolder()
        let port = try LoopbackPort.free()
        let agent = try RunningProgram(
            BuiltProgram.path("apus-agent"),
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--interval", "500ms", "--retention",
                "1s", "--journal", "off", "--log", "stderr",
            ])
        defer { agent.stop() }
        try await eventually("the agent listens: \(agent.errors)") { LoopbackPort.answers(port) }
        func served() throws -> Int {
            try Command.run("curl", ["-sS", "-m", "20", "http://127.0.0.1:\(port)/metrics"]).output.split(separator: "\n")
                .count { $0.hasPrefix("passing_jobs_total{") }
        }
        var quiet = Logger(label: "passing")
        quiet.logLevel = .critical
        let logger = quiet
        let jobs = Counter<NoLabels>("passing_jobs_total", "Jobs.")
        func round(_ number: Int) async throws {
            let runs = try (0..<Self.reporters).map { place in
                let reporter = try Reporter(
                    service: "passing", instance: "passing-\(number)-\(place)", socketPath: folder.path("agent.sock"),
                    logger: logger)
                jobs.series(in: reporter).increment()
                return Task { try? await reporter.run() }
            }
            try await eventually("all of round \(number): \(agent.errors)") { try served() >= Self.reporters }
            for run in runs { run.cancel() }
            for run in runs { await run.value }
            try await eventually("the end of round \(number)") { try served() == 0 }
        }
        for number in 0..<5 { try await round(number) }
        let before = try Self.residentKiB(agent.pid)
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/fd").count
        for number in 5..<Self.rounds { try await round(number) }
        try await eventually("that memory is given back") { try Self.residentKiB(agent.pid) < before + 3 * 1024 }
        let after = try Self.residentKiB(agent.pid)
        #expect(after < before + 3 * 1024, "\(before) KiB before, \(after) KiB after \(Self.rounds * Self.reporters) reporters")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/fd").count <= descriptors + 4)
        print("resident with \(Self.rounds * Self.reporters) reporters come and gone: \(before) KiB, then \(after) KiB")
    }
}

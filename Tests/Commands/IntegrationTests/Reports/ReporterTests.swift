import Foundation
import Glibc
import HostTesting
import Testing

/// Reporters over HTTP that start anew, or send what nobody can read, before the agent's executable.
@Suite(.timeLimit(.minutes(2))) struct `Reporters over HTTP` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().path()

    private struct Agent {
        let program: RunningProgram
        let url: String
        let reportPort: Int

        init(_ folder: TemporaryFolder) async throws {
            let port = try LoopbackPort.free()
            reportPort = try LoopbackPort.free()
            program = try RunningProgram(
                Executables.agent,
                [
                    "--listen", "127.0.0.1:\(port)", "--report-listen", "127.0.0.1:\(reportPort)", "--socket",
                    folder.path("agent.sock"), "--journal", "off", "--log", "stderr",
                ])
            url = "http://127.0.0.1:\(port)/metrics"
            try await eventually("the agent answers: \(program.errors)") { (try? await HTTP.get(url).status) == 200 }
        }

        func value(_ family: String, _ labels: String) async throws -> Double? {
            try await HTTP.get(url).values(of: family)["{\(labels)}"]
        }

        /// KiB.
        var resident: Int {
            let status = (try? String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        }
    }

    @Test func `a service of OpenTelemetry's SDK that is killed and starts anew counts from 0 again`() async throws {
        let folder = try TemporaryFolder()
        let agent = try await Agent(folder)
        let labels = #"service="till",instance="till-1""#
        for count in [700, 30] {
            let service = try RunningProgram(
                "/usr/bin/python3", ["\(Self.folder)/restarts.py", "http://127.0.0.1:\(agent.reportPort)", "\(count)"],
                environment: ["PYTHONDONTWRITEBYTECODE": "1"])
            try await eventually("it has reported: \(service.errors)", within: .seconds(30)) {
                service.output.contains("reported")
            }
            // A reset, which rate() takes as such: neither the sum of both lives nor a step back and forth.
            #expect(try await agent.value("requests_total", labels + #",code="200""#) == Double(count))
            #expect(try await agent.value("duration_seconds_count", labels) == Double(count))
            #expect(try await agent.value("duration_seconds_sum", labels) == Double(count) / 2)
            #expect(try await agent.value("wait_seconds_count", labels) == Double(count))
            #expect(try await agent.value("wait_seconds_sum", labels) == Double(count) * 2)
            service.signal(SIGKILL)
            _ = try await service.wait(.seconds(10))
        }
    }

    @Test func `whoever sends nonsense is told why, takes no memory, and nobody else loses anything`() async throws {
        let folder = try TemporaryFolder()
        let agent = try await Agent(folder)
        let sdk = URL(filePath: Self.folder + "../../../Agent/ApusOTLPTests/Oracle/sdk.py").standardized.path()
        let bodies = try await Command.runApart("/usr/bin/python3", ["-B", sdk, "delta", "7", folder.path])
        try #require(bodies.passed, "\(bodies.text)")
        let honest = try RunningProgram(
            "/usr/bin/python3", ["\(Self.folder)/restarts.py", "http://127.0.0.1:\(agent.reportPort)", "55"],
            environment: ["PYTHONDONTWRITEBYTECODE": "1"])
        try await eventually("it has reported: \(honest.errors)", within: .seconds(30)) { honest.output.contains("reported") }
        let before = agent.resident
        let mutants = try await Command.runApart(
            "/usr/bin/python3", ["\(Self.folder)/mutants.py", "\(agent.reportPort)", folder.path, "1600"])
        try #require(mutants.passed, "\(mutants.text)")
        let answers = try JSONDecoder().decode([String: Int].self, from: Data(mutants.output.utf8))
        #expect(answers.values.reduce(0, +) == 1600)
        #expect(answers["400", default: 0] > 1000)
        #expect(agent.resident < before + (16 << 10), "\(before) KiB, then \(agent.resident) KiB")
        #expect(try await agent.value("requests_total", #"service="till",instance="till-1",code="200""#) == 55)
        honest.stop()
    }
}

import Foundation
import Glibc
import HostTesting
import Testing

/// A process that holds up whoever looks into it, as one does that waits for a file server which is gone.
@Suite(.serialized, .timeLimit(.minutes(3))) struct StuckProcessTests {
    private func page(_ port: Int, _ path: String) async throws -> HTTP.Answer {
        try await HTTP.get("http://127.0.0.1:\(port)/\(path)")
    }

    @Test(arguments: [UInt32(0), 61_005]) func `stops nobody else from being watched`(user: UInt32) async throws {
        let mark = "apus-\(UUID().uuidString)"
        let stuck = try await StuckProcess([mark], user: user)
        defer { stuck.stop() }
        let folder = try TemporaryFolder()
        try folder.write(
            """
            groups:
              - { service: stuck, match: { command: '\(mark)' } }
              - { service: other, match: { command: ' 3\(getpid())$' } }
            """, to: "watch.yaml")
        let port = try LoopbackPort.free()
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--config", folder.path("watch.yaml"), "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"),
                "--interval", "1s", "--journal", "off", "--log", "stderr",
            ])
        defer { agent.stop() }
        try await eventually("the agent serves: \(agent.errors)") { (try? await page(port, "health/live").status) == 200 }
        let sleeper = try RunningProgram("sleep", ["3\(getpid())"])
        defer { sleeper.stop() }
        try await eventually("a process that begins is of its group: \(agent.errors)") {
            try await page(port, "metrics").text.contains(
                #"service_processes{service="other",instance="other",state="sleeping"} 1"#)
        }
        for path in ["metrics", "health", "health/live", "health/detailed", "api/v1/instances"] {
            // 503: of a group that is expected nobody is there.
            #expect([200, 503].contains(try await page(port, path).status), "\(path)")
        }
        try await eventually("the log says so: \(agent.errors)") {
            agent.errors.contains("the groups of processes cannot be told")
        }
        for path in ["metrics", "health/live"] { #expect(try await page(port, path).status == 200, "\(path)") }
        agent.signal(SIGTERM)
        #expect(try await agent.wait(.seconds(20)) == 0)
    }

    @Test func `stops neither check-config nor init`() async throws {
        let mark = "apus-\(UUID().uuidString)"
        let stuck = try await StuckProcess([mark])
        defer { stuck.stop() }
        let folder = try TemporaryFolder()
        try folder.write("groups: [{ service: stuck, match: { command: '\(mark)' } }]", to: "watch.yaml")
        let check = try await Command.runApart(Executables.agent, ["check-config", "--processes", folder.path("watch.yaml")])
        // Another test may have one as well.
        let line = check.output.split(separator: "\n").first { $0.contains(": the arguments cannot be read") }
        #expect(line?.split(whereSeparator: { " :".contains($0) }).contains("\(stuck.pid)") == true, "\(check.output)")
        let draft = try await Command.runApart(Executables.agent, ["init", "--output", folder.path("draft.yaml")])
        #expect(draft.status == 0, "\(draft.output)")
    }
}

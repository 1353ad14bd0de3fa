import Foundation
import Glibc
import HostTesting
import Testing

/// `apus probe --instance` of what an agent finds by its configuration file.
@Suite(.timeLimit(.minutes(2))) struct ProbedGroupTests {
    @Test func `a group is well while it has a process`() async throws {
        let folder = try TemporaryFolder()
        let mark = "apus-\(UUID().uuidString)"
        try folder.write("groups: [{ service: marked, match: { command: '^[^ ]*python3 .*\(mark)' } }]", to: "watch.yaml")
        let target = try RunningProgram("/usr/bin/python3", ["-c", "__import__('time').sleep(300)", mark])
        defer { target.signal(SIGKILL) }
        let port = try LoopbackPort.free()
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--interval", "200ms", "--config",
                folder.path("watch.yaml"), "--journal", "off", "--log", "stderr",
            ])
        defer { agent.signal(SIGKILL) }
        func probe(_ instance: String) async throws -> (exit: Int32, errors: String) {
            let command = try await Command.runApart(
                Executables.apus, ["probe", "http://127.0.0.1:\(port)/health", "--instance", instance, "--timeout", "30s"])
            return (command.status, command.errors)
        }
        try await eventually("the group is found: \(agent.errors)") { try await probe("marked/marked").exit == 0 }
        #expect(try await probe("marked/other").errors.contains("does not know marked/other"))
        target.signal(SIGKILL)
        try await eventually("it has ended") { try await probe("marked/marked").exit != 0 }
        #expect(try await probe("marked/marked").errors.contains("marked/marked has no process"))
    }
}

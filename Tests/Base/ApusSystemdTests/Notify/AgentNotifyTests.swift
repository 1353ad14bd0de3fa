import Foundation
import Glibc
import HostTesting
import Testing

/// The whole agent as a child, with a service manager that is a socket of the test's own.
@Suite struct AgentNotifyTests {
    private struct Agent {
        let folder: TemporaryFolder
        private let process: RunningProgram

        init(_ options: [String], environment: [String: String]) throws {
            folder = try TemporaryFolder()
            process = try RunningProgram(
                BuiltProgram.path("apus-agent"),
                ["--listen", "127.0.0.1:0", "--socket", folder.path("agent.sock")] + options, environment: environment,
                endSignal: SIGKILL)
        }

        func signal(_ number: Int32) { process.signal(number) }

        /// What it wrote to standard error by its end, and its exit code.
        func end() -> (text: String, code: Int32) {
            let code = process.wait()
            return (process.errors, code)
        }
    }

    @Test func `the manager hears of the agent's start, of turns of its sampling loop only, and of its stop`() throws {
        let manager = try DatagramReceiver()
        let agent = try Agent(
            ["--interval", "100ms", "--expect", "worker/worker-1", "--log", "journal"],
            environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "800000"])
        #expect(manager.receive()?.text == "READY=1\nSTATUS=watching 1 instance, 1 down")
        for _ in 0..<3 { #expect(manager.receive(within: 800)?.text == "WATCHDOG=1") }
        agent.signal(SIGSTOP)
        // At most a ping that was on its way.
        _ = manager.receive(within: 300)
        #expect(manager.receive(within: 1000) == nil)
        agent.signal(SIGCONT)
        #expect(manager.receive(within: 2000)?.text == "WATCHDOG=1")
        agent.signal(SIGTERM)
        var last = manager.receive()
        while last?.text == "WATCHDOG=1" { last = manager.receive() }
        #expect(last?.text == "STOPPING=1")
        let (text, code) = agent.end()
        #expect(code == 0)
        // No journal on this machine: lines with their priority. With one, they are there.
        let hasJournal = FileManager.default.fileExists(atPath: "/run/systemd/journal/socket")
        #expect(hasJournal || text.split(separator: "\n").contains { $0.hasPrefix("<6>apus-agent: listening ") })
    }

    @Test func `an interval that the unit's watchdog cannot wait for is refused in one line`() throws {
        let manager = try DatagramReceiver()
        let agent = try Agent(
            ["--interval", "15s"], environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "20000000"])
        let (text, code) = agent.end()
        #expect(code != 0)
        #expect(text.contains("WatchdogSec") && text.split(separator: "\n").count == 1)
        #expect(manager.receive(within: 0) == nil)
    }
}

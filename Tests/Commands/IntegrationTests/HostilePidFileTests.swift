import Foundation
import Glibc
import HostTesting
import Testing

/// A pid file whose folder is somebody else's.
@Suite(.timeLimit(.minutes(3))) struct HostilePidFileTests {
    @Test func `that leads to a terminal does not make it the agent's own`() async throws {
        let folder = try TemporaryFolder()
        // Whoever holds the other end could type into it.
        let owner = try RunningProgram(
            "python3",
            [
                "-c", "import os, sys, time; ends = os.openpty(); os.symlink(os.ttyname(ends[1]), sys.argv[1]); time.sleep(50)",
                folder.path("pid"),
            ])
        defer { owner.stop() }
        try await eventually("the link is there: \(owner.errors)") { Glibc.access(folder.path("pid"), F_OK) == 0 }
        try folder.write("groups: [{ service: a, match: { pid_file: \(folder.path("pid")) } }]", to: "watch.yaml")
        let port = try LoopbackPort.free()
        // Leads a session without a terminal, as each service of systemd does.
        let starter =
            "import subprocess, sys\n"
                + """
                agent = subprocess.Popen(sys.argv[2:], start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL)
                with open(sys.argv[1], "w") as file: file.write(f"{agent.pid}\\n")
                agent.wait()
                """
        let leader = try RunningProgram(
            "python3",
            [
                "-c", starter, folder.path("agent.pid"), Executables.agent, "--config", folder.path("watch.yaml"), "--listen",
                "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--interval", "1s", "--journal", "off", "--log",
                "stderr", "--lifeline",
            ])
        try await eventually("the agent serves") { (try? await HTTP.get("http://127.0.0.1:\(port)/metrics").status) == 200 }
        let pid = try #require(Int32(try folder.lines(of: "agent.pid")[0]))
        defer {
            kill(pid, SIGTERM)
            #expect(comesTrue(within: .seconds(10)) { !leader.isRunning })
        }
        // At each turn the file is read.
        try await eventually("some turns have passed") {
            try await HTTP.get("http://127.0.0.1:\(port)/metrics").values(of: "apus_agent_samples_total").values.first ?? 0 > 2
        }
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let fields = try #require(stat.split(separator: ")").last).split(separator: " ")
        // State, parent, process group, session, terminal.
        #expect(fields[3] == "\(pid)" && fields[4] == "0", "\(stat)")
    }
}

import Foundation
import Glibc
import HostTesting
import Testing

/// Pid files in folders that an automounter mounts when somebody steps into them.
@Suite(.timeLimit(.minutes(1)), .enabled(if: getuid() == 0, "mounts need root")) struct AutomountTests {
    private static let isKnown =
        (try? String(contentsOfFile: "/proc/filesystems", encoding: .utf8))?.contains("autofs") ?? false

    @Test(.enabled(if: isKnown, "the kernel has no autofs"))
    func `what is mounted when it is asked for is mounted`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try RunningProgram("sleep", ["1000"])
        defer { daemon.stop() }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "automount.py").path
        let mount = folder.path("auto")
        let server = try RunningProgram("python3", [script, mount, "\(daemon.pid)"])
        defer { server.stop() }
        try await eventually("the automounter is there: \(server.errors)") {
            guard server.isRunning else { throw Failure("no automounter: \(server.errors)") }
            return server.output.contains("ready")
        }
        try folder.write("groups:\n- {service: filed, match: {pid_file: \(mount)/app.pid}}\n", to: "watch.yaml")
        let check = try await Command.runApart(
            "nsenter",
            [
                "--target", "\(server.pid)", "--mount", Executables.agent, "check-config", "--processes",
                folder.path("watch.yaml"),
            ])
        #expect(check.passed && check.output.contains("filed/filed: 1 process: \(daemon.pid)"), "\(check.text)\(server.errors)")
    }
}

import Foundation
import Glibc

/// A real journald of a test's own: a namespace's, which shares nothing with the machine's. It needs root.
package final class NamespaceJournald {
    private let name: String
    private let process = Process()

    enum Failure: Error { case didNotListen(String), journalctl(Int32, String) }

    package var socketPath: String { "/run/systemd/journal.\(name)/socket" }

    package init() throws {
        name = "apus\(getpid())x\(UInt32.random(in: 0...UInt32.max))"
        process.executableURL = URL(fileURLWithPath: "/lib/systemd/systemd-journald")
        process.arguments = [name]
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // It listens before it serves; its control socket answers once it serves.
        let serves = comesTrue(within: .seconds(10)) { !process.isRunning || (try? journalctl(["--sync"])) != nil }
        guard serves, process.isRunning else { throw Failure.didNotListen(socketPath) }
    }

    deinit {
        signal(SIGCONT)
        signal(SIGTERM)
        process.waitUntilExit()
        let machine = (try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8)) ?? ""
        let folder = machine.trimmingCharacters(in: .whitespacesAndNewlines) + ".\(name)"
        for path in ["/run/systemd/journal.\(name)", "/var/log/journal/\(folder)", "/run/log/journal/\(folder)"] {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    package func signal(_ number: Int32) { if process.isRunning { kill(process.processIdentifier, number) } }

    /// What has arrived so far, read back by journalctl.
    package func entries(_ matches: String...) throws -> [[String: Any]] {
        _ = try journalctl(["--sync"])
        let lines = try journalctl(["--output=json", "--all", "--quiet", "--no-pager"] + matches)
        return try lines.split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        }
    }

    private func journalctl(_ arguments: [String]) throws -> String {
        let command = try Command.run("journalctl", ["--namespace=\(name)"] + arguments)
        guard command.passed else { throw Failure.journalctl(command.status, command.errors) }
        return command.output
    }
}

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
        let deadline = ContinuousClock.now + .seconds(10)
        // It listens before it serves; its control socket answers once it serves.
        while (try? journalctl(["--sync"])) == nil {
            guard ContinuousClock.now < deadline, process.isRunning else { throw Failure.didNotListen(socketPath) }
            usleep(5000)
        }
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
        return try lines.split(separator: UInt8(ascii: "\n")).map { line in
            try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
        }
    }

    private func journalctl(_ arguments: [String]) throws -> Data {
        let command = Process()
        command.executableURL = URL(fileURLWithPath: "/usr/bin/journalctl")
        command.arguments = ["--namespace=\(name)"] + arguments
        let (output, errors) = (Pipe(), Pipe())
        command.standardOutput = output
        command.standardError = errors
        try command.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        command.waitUntilExit()
        guard command.terminationStatus == 0 else {
            throw Failure.journalctl(command.terminationStatus, String(decoding: complaint, as: UTF8.self))
        }
        return data
    }
}

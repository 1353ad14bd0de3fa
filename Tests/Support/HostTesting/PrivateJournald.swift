import Foundation
import Glibc

/// A journald of the test's own, in a namespace of the journal: real files, real rotation, apart from the machine's.
package final class PrivateJournald: Sendable {
    enum Failure: Error, CustomStringConvertible {
        case cannotStart
        case send(Int32)
        case noRotation

        var description: String {
            switch self {
            case .cannotStart: "a journald of the test's own does not start: it needs root and the package systemd"
            case .send(let code): "journald's socket does not take an entry: \(String(cString: strerror(code)))"
            case .noRotation: "journald has not rotated its files on SIGUSR2"
            }
        }
    }

    package let namespace: String
    private let process = Process()
    private let socket: Int32
    /// Where syslog(3) finds it.
    package var syslogPath: String { "\(runtimeFolder)/dev-log" }
    private var runtimeFolder: String { "/run/systemd/journal.\(namespace)" }

    package static func unusedNamespace() -> String { "apus\(getpid())x\(UInt32.random(in: 0...0xFFFFFF))" }

    /// - Parameter settings: of the section `[Journal]` of journald.conf(5), a line each.
    package init(namespace: String = unusedNamespace(), settings: [String] = []) throws {
        self.namespace = namespace
        if !settings.isEmpty {
            try FileManager.default.createDirectory(
                atPath: "/run/systemd/journald@\(namespace).conf.d", withIntermediateDirectories: true)
            try Data((["[Journal]"] + settings).joined(separator: "\n").utf8).write(
                to: URL(fileURLWithPath: "/run/systemd/journald@\(namespace).conf.d/test.conf"))
        }
        process.executableURL = URL(fileURLWithPath: "/lib/systemd/systemd-journald")
        process.arguments = [namespace]
        process.standardError = FileHandle.nullDevice
        try process.run()
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let listens = comesTrue(within: .seconds(10)) {
            !process.isRunning || Self.connect(socket, to: "\(runtimeFolder)/socket")
        }
        guard listens, process.isRunning else {
            process.terminate()
            throw Failure.cannotStart
        }
    }

    private static func connect(_ socket: Int32, to path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// Ends it and removes its files.
    package func stop() throws {
        close(socket)
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: "/run/systemd/journald@\(namespace).conf.d")
        for folder in [runtimeFolder] + folders { try FileManager.default.removeItem(atPath: folder) }
    }

    /// Where its files are: in one of these.
    private var folders: [String] {
        ["/var/log/journal", "/run/log/journal"].flatMap { parent in
            ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [])
                .filter { $0.hasSuffix(".\(namespace)") }.map { "\(parent)/\($0)" }
        }
    }

    /// Writes an entry; waits while journald is behind.
    package func write(_ fields: [(String, String)]) throws {
        let bytes = Array(fields.map { "\($0)=\($1)\n" }.joined().utf8)
        guard Glibc.send(socket, bytes, bytes.count, 0) == bytes.count else { throw Failure.send(errno) }
    }

    /// Archives its files and begins new ones.
    package func rotate() throws {
        let before = archived
        kill(process.processIdentifier, SIGUSR2)
        guard comesTrue(within: .seconds(10), { archived != before }) else { throw Failure.noRotation }
    }

    /// Removes its archived files, as vacuuming does.
    package func removeArchived() throws {
        for folder in folders {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.contains("@") {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
    }

    private var archived: Int {
        folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
            .filter { $0.hasPrefix("system@") }.count
    }

    /// Writes lines as another user, whose entries journald keeps in a file apart; returns when the last one is on its way.
    package func write(lines: Int, of priority: Int, as user: Int) throws {
        let folder = try TemporaryFolder()
        try folder.write((1...lines).map { "<\(priority)>line \($0) of a user\n" }.joined(), to: "lines")
        // The other user reads it.
        chmod(folder.path, 0o755)
        try Command.run(
            "setpriv",
            [
                "--reuid=\(user)", "--clear-groups", "logger", "--socket", "\(runtimeFolder)/dev-log", "--prio-prefix",
                "--file",
                folder.path("lines"),
            ])
    }
}

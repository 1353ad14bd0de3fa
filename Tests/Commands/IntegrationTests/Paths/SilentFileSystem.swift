import Foundation
import Glibc
import HostTesting

/// A file system in user space that can fall silent, in a mount namespace of its own, as `silent.py` beside this file serves it.
final class SilentFileSystem {
    /// Where it is mounted, for programs that are run ``inside``.
    let mount: String
    private let folder: TemporaryFolder
    private let name: String
    private let server: RunningProgram

    /// Mounts one.
    ///
    /// - Parameter other: the file system in whose namespace it is mounted as well; `nil` for a namespace of its own.
    init(_ name: String = "silent", in folder: TemporaryFolder, beside other: SilentFileSystem? = nil) async throws {
        (self.folder, self.name) = (folder, name)
        mount = folder.path(name)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "silent.py").path
        for path in [mount, folder.path("\(name).files")] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        let server = try RunningProgram(
            other == nil ? "env" : "nsenter",
            (other?.namespace ?? [])
                + ["python3", script, mount, folder.path("\(name).files"), folder.path("\(name).switch")]
                + (other == nil ? [] : ["shared"]))
        self.server = server
        try await eventually("the file system is mounted: \(server.errors)") {
            guard server.isRunning else { throw Failure("no file system in user space: \(server.errors)") }
            return server.output.contains("ready")
        }
    }

    /// What whoever waits for it is let go by.
    deinit { server.stop() }

    private var namespace: [String] { ["--target", "\(server.pid)", "--mount"] }

    /// What goes before the command of a program that sees it.
    var inside: [String] { ["nsenter"] + namespace }

    func path(_ file: String) -> String { "\(mount)/\(file)" }

    /// Puts a file there.
    func write(_ text: String, to file: String) throws { try folder.write(text, to: "\(name).files/\(file)") }

    /// Puts a link there.
    func link(_ file: String, to target: String) throws {
        guard symlink(target, folder.path("\(name).files/\(file)")) == 0 else { throw Failure("no link: errno \(errno)") }
    }

    /// Has it answer nothing from here on.
    func fallSilent() throws { try folder.write("", to: "\(name).switch") }

    /// Ends its server: from here on the kernel says of every path that nobody is connected.
    func die() { server.signal(SIGKILL) }

    /// Has it answer again, also what it was asked meanwhile.
    func speak() throws { try folder.remove("\(name).switch") }
}

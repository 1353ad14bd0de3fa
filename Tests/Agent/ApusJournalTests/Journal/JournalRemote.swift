import Foundation

/// systemd's own writer of journal files from the export format.
final class JournalRemote {
    struct Missing: Error, CustomStringConvertible {
        let description = "journal files are made by systemd-journal-remote: install the package systemd-journal-remote"
    }

    struct Failed: Error, CustomStringConvertible {
        let status: Int32
        var description: String { "systemd-journal-remote ended with \(status)" }
    }

    private let process = Process()
    private let pipe = Pipe()

    /// Starts it, writing to a file.
    init(_ file: String) throws {
        let program = "/lib/systemd/systemd-journal-remote"
        guard FileManager.default.isExecutableFile(atPath: program) else { throw Missing() }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--output=\(file)", "-"]
        process.standardInput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    func write(_ export: JournalExport) throws { try pipe.fileHandleForWriting.write(contentsOf: Data(export.bytes)) }

    /// Waits until all is in the file.
    func finish() throws {
        try pipe.fileHandleForWriting.close()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
    }
}

import Foundation
import Glibc

/// A program that runs beside the test, its output in files, ended by its own pid at the latest with the value.
final class ChildProcess: Sendable {
    let pid: pid_t
    private nonisolated(unsafe) let process: Process
    private let folder: TemporaryFolder

    init(_ executable: String, _ arguments: [String], folder working: String? = nil) throws {
        guard access(executable, X_OK) == 0 else {
            throw Failure("\(executable) is not there; make test installs and builds it")
        }
        folder = try TemporaryFolder()
        process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        if let working { process.currentDirectoryURL = URL(filePath: working) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(folder("out"))
        process.standardError = try Self.file(folder("err"))
        try process.run()
        pid = process.processIdentifier
    }

    deinit { if process.isRunning { kill(pid, SIGKILL) } }

    private static func file(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    var isRunning: Bool { process.isRunning }
    var output: String { (try? String(contentsOfFile: folder("out"), encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOfFile: folder("err"), encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end; the exit code, or 128 and the signal's number.
    func wait(_ limit: Duration) async throws -> Int32 {
        try await eventually("the end of process \(pid): \(output)\(errors)", within: limit) { !process.isRunning }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }
}

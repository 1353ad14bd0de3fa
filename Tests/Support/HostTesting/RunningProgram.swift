import Foundation
import Glibc

/// A program that runs beside a test, its output in files, ended by its own pid at the latest with the value.
package final class RunningProgram: Sendable {
    package let pid: Int32
    private let process = Process()
    private let files: TemporaryFolder
    private let endSignal: Int32

    /// - Parameters:
    ///   - environment: That of the test by default.
    ///   - folder: Its working directory; the test's own by default.
    ///   - endSignal: What asks it to end.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil,
        endSignal: Int32 = SIGTERM
    ) throws {
        self.endSignal = endSignal
        files = try TemporaryFolder()
        process.executableURL = URL(fileURLWithPath: try Command.path(of: program))
        process.arguments = arguments
        if let environment { process.environment = environment }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try files.handle(forWriting: "output")
        process.standardError = try files.handle(forWriting: "errors")
        try Self.withoutBlockedSignals { [process] in try process.run() }
        pid = process.processIdentifier
    }

    deinit { stop() }

    /// Threads of a pool block all signals, and a child has the mask of the thread that starts it: a program that does not set its own
    /// would not hear that it should end.
    private static func withoutBlockedSignals(_ start: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try start()
    }

    package var isRunning: Bool { process.isRunning }
    package var output: String { (try? files.read("output")) ?? "" }
    package var errors: String { (try? files.read("errors")) ?? "" }

    package func signal(_ number: Int32) { if process.isRunning { kill(pid, number) } }

    /// Waits for the end; the exit code, or 128 and the number of the signal that ended it.
    package func wait(_ limit: Duration) async throws -> Int32 {
        try await eventually("the end of process \(pid): \(output)\(errors)", within: limit) { !process.isRunning }
        return wait()
    }

    /// Waits for the end as long as it takes, and holds the thread meanwhile.
    package func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// Ends it, by force when it takes longer than ten seconds. A second call does nothing.
    package func stop() {
        signal(endSignal)
        let running = process
        if !comesTrue(within: .seconds(10), { !running.isRunning }) { signal(SIGKILL) }
        process.waitUntilExit()
    }
}

import Foundation
import Glibc
import HostTesting

/// A server that runs beside a test, its output in a file, ended by its own pid at the latest with the value.
package final class ServerProcess: Sendable {
    private nonisolated(unsafe) let process = Process()
    private let program: String
    private let folder: TemporaryFolder
    private let endSignal: Int32

    /// - Parameters:
    ///   - package: the Debian package that has the program, for who lacks it.
    ///   - account: whom it runs as, when the test is root's.
    ///   - endSignal: what asks it to end.
    package init(
        _ program: String, _ arguments: [String], of package: String, as account: ServerAccount? = nil,
        environment: [String: String] = [:], endSignal: Int32 = SIGTERM
    ) throws {
        self.program = program
        self.endSignal = endSignal
        folder = try TemporaryFolder()
        try folder.write("", to: "log")
        let command = try ServerTool.command(program, arguments, of: package, as: account)
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ServerTool.environment(environment)
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("log")))
        log.seekToEndOfFile()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try Self.withoutBlockedSignals { try process.run() }
    }

    deinit { stop() }

    /// Threads of a pool block all signals, and a child has the mask of the thread that starts it: a server that does not set its own
    /// would not hear that it should end.
    private static func withoutBlockedSignals(_ start: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try start()
    }

    package var pid: Int32 { process.processIdentifier }
    package var isRunning: Bool { process.isRunning }

    /// What it has written so far to its standard output and error.
    package var log: String { (try? folder.read("log")) ?? "" }

    package func signal(_ number: Int32) { if process.isRunning { kill(pid, number) } }

    /// Ends it, by force when it takes longer than ten seconds. A second call does nothing.
    package func stop() {
        signal(endSignal)
        let running = process
        if (try? BootedHost.wait(.seconds(10)) { !running.isRunning }) != true { signal(SIGKILL) }
        process.waitUntilExit()
    }

    /// Asks until the server is what the test needs it to be; an error with its log when it ends before, or takes too long.
    package func wait(until state: String, within limit: Duration = .seconds(20), _ isReached: () throws -> Bool) throws {
        var ended = false
        let reached = try BootedHost.wait(limit) {
            if try isReached() { return true }
            ended = !process.isRunning
            return ended
        }
        guard reached, !ended else {
            throw ServerFailure("\(program) \(ended ? "ended" : "was not \(state) within \(limit)"); its log:\n\(log)")
        }
    }
}

import Glibc
import HostTesting

/// A server that runs beside a test, ended by its own pid at the latest with the value.
package final class ServerProcess: Sendable {
    private let program: String
    private let process: RunningProgram

    /// - Parameters:
    ///   - package: The Debian package that has the program, for who lacks it.
    ///   - account: Whom it runs as, when the test is root's.
    ///   - environment: What is set besides PATH and LC_ALL.
    ///   - endSignal: What asks it to end.
    package init(
        _ program: String, _ arguments: [String], of package: String, as account: ServerAccount? = nil,
        environment: [String: String] = [:], endSignal: Int32 = SIGTERM
    ) throws {
        self.program = program
        let command = try ServerTool.command(program, arguments, of: package, as: account)
        process = try RunningProgram(
            command[0], Array(command.dropFirst()), environment: Command.environment(environment), folder: "/",
            endSignal: endSignal)
    }

    package var pid: Int32 { process.pid }
    package var isRunning: Bool { process.isRunning }

    /// What it has written so far to its standard output and error.
    package var log: String { process.output + process.errors }

    package func signal(_ number: Int32) { process.signal(number) }
    package func stop() { process.stop() }

    /// Asks until the server is what the test needs it to be; an error with its log when it ends before, or takes too long.
    package func wait(until state: String, within limit: Duration = .seconds(20), _ isReached: () throws -> Bool) throws {
        var ended = false
        let reached = try comesTrue(within: limit) {
            if try isReached() { return true }
            ended = !process.isRunning
            return ended
        }
        guard reached, !ended else {
            throw ServerFailure("\(program) \(ended ? "ended" : "was not \(state) within \(limit)"); its log:\n\(log)")
        }
    }
}

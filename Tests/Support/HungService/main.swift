// A service that hangs on command, for tests of what an agent says of it. Arguments: its instance and the agent's report socket.
// Commands on standard input, a line each: `block` puts a blocking task on every thread of the cooperative pool and more, `free`
// lets them all go on; the end of input ends the process.
import ApusReporting
import Glibc
import Logging

enum Pool {
    /// More than any pool has threads: what it cannot run waits in front of a probe.
    static let tasks = 16 * max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    static func block(on pipe: Int32) {
        for _ in 0..<tasks {
            Task.detached {
                var byte: UInt8 = 0
                while read(pipe, &byte, 1) < 0, errno == EINTR {}
            }
        }
    }

    static func free(_ pipe: Int32) {
        let bytes = [UInt8](repeating: 0, count: tasks)
        _ = write(pipe, bytes, bytes.count)
    }
}

guard CommandLine.arguments.count == 3 else { exit(2) }
let reporter = try Reporter(
    service: "hung", instance: CommandLine.arguments[1], socketPath: CommandLine.arguments[2],
    logger: Logger(label: "hung-service") { _ in SwiftLogNoOpLogHandler() })
var ends: [Int32] = [0, 0]
guard pipe(&ends) == 0 else { exit(1) }
Task.detached { [reporter] in try await reporter.run() }
while let command = readLine() {
    switch command {
    case "block": Pool.block(on: ends[0])
    case "free": Pool.free(ends[1])
    default: exit(2)
    }
}

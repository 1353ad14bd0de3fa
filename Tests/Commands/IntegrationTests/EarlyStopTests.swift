import Foundation
import Glibc
import HostTesting
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A stop that comes while a process begins` {
    /// Some before the process cares for signals, some while it makes ready, and some when it serves.
    @Test(arguments: ["agent", "worker", "api"]) func `ends it, whenever it comes`(program: String) async throws {
        let folder = try TemporaryFolder()
        let processes = try await withThrowingTaskGroup(of: RunningProgram.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    var last: RunningProgram?
                    for turn in 0..<10 {
                        let delay = Duration.milliseconds(5 + 30 * turn + 7 * lane)
                        let process = try start(program, in: folder.path("\(lane)-\(turn)"))
                        try await Task.sleep(for: delay)
                        process.signal(SIGTERM)
                        let code = try await process.wait(.seconds(10))
                        // Who has not begun to care ends by the signal itself.
                        #expect([0, 128 + SIGTERM].contains(code), "\(program), after \(delay): \(process.errors)")
                        last = process
                    }
                    return try #require(last)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(processes.count == 4)
    }

    private func start(_ program: String, in data: String) throws -> RunningProgram {
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        return switch program {
        case "agent":
            try RunningProgram(Executables.agent, ["--listen", "127.0.0.1:0", "--socket", "\(data).sock", "--log", "stderr"])
        case "worker":
            try RunningProgram(Executables.apus, ["worker", "--instance", "worker-1", "--data", data, "--log", "stderr"])
        default:
            try RunningProgram(
                Executables.apus, ["api", "--instance", "api-1", "--data", data, "--port", "0", "--log", "stderr"])
        }
    }
}

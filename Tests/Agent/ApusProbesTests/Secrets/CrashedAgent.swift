import Foundation
import Glibc
import HostTesting

/// The built agent in a folder of its own, which may leave a core there.
final class CrashedAgent: Sendable {
    let folder: TemporaryFolder
    let program: RunningProgram

    /// - Parameters:
    ///   - folder: that the agent runs in.
    ///   - limits: what `ulimit` sets before, such as `-c unlimited`.
    init(in folder: TemporaryFolder, _ arguments: [String], limits: String, environment: [String: String] = [:]) throws {
        self.folder = folder
        program = try RunningProgram(
            "/bin/sh", ["-c", "ulimit \(limits); exec \"$0\" \"$@\"", AskedChild.program] + arguments,
            environment: Command.environment(environment), folder: folder.path)
    }

    deinit { program.stop() }

    /// Ends the agent by SIGABRT, and gives the core that it leaves.
    ///
    /// Where the machine's kernel writes cores elsewhere, gcore makes one before, which goes by the same filter.
    func core() async throws -> Data {
        let pattern = try String(contentsOfFile: "/proc/sys/kernel/core_pattern", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let isHere = !pattern.hasPrefix("|") && !pattern.contains("/")
        if !isHere {
            let made = try await Command.runApart("gcore", ["-o", folder.path("core"), "\(program.pid)"])
            guard made.passed else { throw Unexpected("no core can be had: \(made.text)") }
        }
        program.signal(SIGABRT)
        _ = try await program.wait(.seconds(30))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("core") }
        guard let name = names.first else { throw Unexpected("no core in \(folder.path): \(pattern)") }
        return try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
    }

    /// The ids of the processes that it has started.
    func children() -> [Int32] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.pid)/task")) ?? []
        let all = threads.flatMap { thread in
            ((try? String(contentsOfFile: "/proc/\(program.pid)/task/\(thread)/children", encoding: .utf8)) ?? "")
                .split(separator: " ").compactMap { Int32($0) }
        }
        return Set(all).sorted()
    }
}

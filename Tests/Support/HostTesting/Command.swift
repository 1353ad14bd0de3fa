package import Foundation
import Glibc

/// A program that was run to its end, and what it wrote.
package struct Command: Sendable {
    /// The exit code, or 128 and the number of the signal that ended it.
    package let status: Int32
    package let output: String
    package let errors: String

    package var passed: Bool { status == 0 }
    /// Standard output and then standard error.
    package var text: String { output + errors }

    struct Missing: Error, CustomStringConvertible {
        let program: String
        var description: String { "\(program) is not there: make test installs what the tests need, and builds what they run" }
    }

    /// Runs a program and waits for its end.
    ///
    /// - Parameters:
    ///   - program: A path, or a name that is looked for where Debian's packages put programs, and then in PATH.
    ///   - environment: What is set besides PATH and LC_ALL; nothing of the test's own environment changes what a program does.
    ///   - input: What it reads from its standard input.
    ///   - folder: Its working directory; the test's own by default.
    @discardableResult
    package static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: Data? = nil,
        folder: String? = nil
    ) throws -> Command {
        // Files for what it reads and writes: pipes, served one after the other, could fill.
        let files = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path(of: program))
        process.arguments = arguments
        process.environment = Self.environment(environment)
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        if let input {
            try input.write(to: URL(fileURLWithPath: files.path("input")))
            process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: files.path("input")))
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        process.standardOutput = try files.handle(forWriting: "output")
        process.standardError = try files.handle(forWriting: "errors")
        try process.run()
        process.waitUntilExit()
        let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Command(status: status, output: try files.read("output"), errors: try files.read("errors"))
    }

    /// Runs a program on a thread of its own, so that none of those is held that tasks share.
    package static func runApart(
        _ program: String, _ arguments: [String] = [], folder: String? = nil
    ) async throws -> Command {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try run(program, arguments, folder: folder) })
            }
        }
    }

    package static func path(of program: String) throws -> String {
        let folders =
            ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let candidates = program.hasPrefix("/") ? [program] : folders.map { "\($0)/\(program)" }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile) else { throw Missing(program: program) }
        return path
    }

    package static func environment(_ more: [String: String]) -> [String: String] {
        ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"].merging(more) { $1 }
    }
}

/// The programs of the same build, which lie beside the tests' own.
package enum BuiltProgram {
    package static func path(_ name: String) -> String { "\(folder)/\(name)" }

    package static let folder: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().path
    }()
}

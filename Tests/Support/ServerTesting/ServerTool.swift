import Foundation
import HostTesting

/// A program that is run to its end, such as a server's client.
package enum ServerTool {
    /// What it wrote to its standard output; an error with what it wrote to the other one unless it ended with 0.
    @discardableResult
    package static func run(
        _ program: String, _ arguments: [String], of package: String, as account: ServerAccount? = nil,
        environment: [String: String] = [:]
    ) throws -> String {
        let command = try Self.command(program, arguments, of: package, as: account)
        let folder = try TemporaryFolder()
        try folder.write("", to: "errors")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = Self.environment(environment)
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("errors")))
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw ServerFailure("\(program) failed: \(text)\(try folder.read("errors"))")
        }
        return text
    }

    /// The whole command line, when the program is there.
    static func command(
        _ program: String, _ arguments: [String], of package: String, as account: ServerAccount?
    ) throws -> [String] {
        let candidates =
            program.hasPrefix("/") ? [program] : ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map { "\($0)/\(program)" }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw ServerFailure("there is no \(program): install the package \(package)")
        }
        return (account?.prefix ?? []) + [path] + arguments
    }

    /// Nothing of the test's own environment changes what a server does.
    static func environment(_ more: [String: String]) -> [String: String] {
        ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"].merging(more) { $1 }
    }
}

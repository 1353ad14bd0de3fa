import Foundation

/// A program of the package `systemd`, run to its end.
package struct SystemdTool: Sendable {
    package let status: Int32
    package let output: String
    package let errors: String

    struct Missing: Error, CustomStringConvertible {
        let program: String
        var description: String {
            "\(program) is not in PATH: these tests let systemd itself judge; install the package systemd"
        }
    }

    package static func run(_ program: String, _ arguments: [String]) throws -> SystemdTool {
        // Standard error goes to a file: two pipes, read one after the other, could fill.
        let folder = try TemporaryFolder()
        try folder.write("", to: "errors")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("errors")))
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // What env says when there is no such program.
        if process.terminationStatus == 127 { throw Missing(program: program) }
        return SystemdTool(status: process.terminationStatus, output: text, errors: try folder.read("errors"))
    }
}

import Foundation

/// A program that reads generated files, as its Debian package installs it.
enum Tool {
    struct Result {
        let status: Int32
        /// Standard output and error together.
        let output: String

        var passed: Bool { status == 0 }
    }

    struct Missing: Error, CustomStringConvertible {
        let program: String

        var description: String { "\(program) is not in PATH: these tests let it judge the generated files; install it" }
    }

    static func run(_ program: String, _ arguments: String...) throws -> Result { try run(program, arguments) }

    static func run(_ program: String, _ arguments: [String]) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // What env says when there is no such program.
        if process.terminationStatus == 127 { throw Missing(program: program) }
        return Result(status: process.terminationStatus, output: output)
    }
}

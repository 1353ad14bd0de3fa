import Foundation

/// Prometheus' own checker, as Debian's package `prometheus` installs it.
enum Promtool {
    struct Result {
        let status: Int32
        /// Standard output and error together.
        let output: String

        var passed: Bool { status == 0 }
    }

    struct Missing: Error, CustomStringConvertible {
        let description =
            "promtool is not in PATH: these tests let Prometheus itself judge the generated files; install the package prometheus"
    }

    static func run(_ arguments: String...) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["promtool"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // What env says when there is no such program.
        if process.terminationStatus == 127 { throw Missing() }
        return Result(status: process.terminationStatus, output: output)
    }
}

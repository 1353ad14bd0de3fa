import ApusPromQL
public import ArgumentParser
import Foundation

/// What can be done with expressions alone.
public struct PromQLCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "promql", abstract: "Works on PromQL expressions.", subcommands: [PromQLFormatCommand.self])

    public init() {}
}

/// One expression a line in, its canonical form a line out.
struct PromQLFormatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt",
        abstract: "Reads an expression a line and writes each in its canonical form.",
        discussion: """
            A line that is no expression is written as it came, and standard error says LINE:COLUMN and why; the exit code is then 1. \
            Empty lines and lines that are only a comment stay.
            """)

    @Flag(help: "Take Grafana's variables ($x, ${x}, [[x]]) in place of names, numbers, durations and expressions.")
    var grafana = false

    func run() async throws {
        var number = 0
        var faults = 0
        while let line = readLine() {
            number += 1
            let text = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard !text.isEmpty, !text.hasPrefix("#") else {
                print(line)
                continue
            }
            do {
                print(try PromQLExpression(parsing: line, dialect: grafana ? .grafana : .prometheus))
            } catch {
                print(line)
                FileHandle.standardError.write(Data("\(number):\(error.column): \(error.message)\n".utf8))
                faults += 1
            }
        }
        if faults > 0 { throw ExitCode(1) }
    }
}

import Foundation

/// A program run to its end.
struct Command {
    let code: Int32
    let output: String
    let errors: String

    /// Runs a program; a missing one fails the test with its name.
    static func run(_ executable: String, _ arguments: [String], folder: String? = nil) async throws -> Command {
        let child = try ChildProcess(executable, arguments, folder: folder)
        let code = try await child.wait(.seconds(180))
        return Command(code: code, output: child.output, errors: child.errors)
    }
}

/// A check that did not come true in time, or a program that is not there.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Waits for a condition, asked ten times a second.
func eventually(_ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Failure("not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(100))
    }
}

import Foundation
import HostTesting

/// A program that is run to its end, such as a server's client.
package enum ServerTool {
    /// What it wrote to its standard output; an error with all that it wrote unless it ended with 0.
    @discardableResult
    package static func run(
        _ program: String, _ arguments: [String], of package: String, as account: ServerAccount? = nil,
        environment: [String: String] = [:]
    ) throws -> String {
        let command = try Self.command(program, arguments, of: package, as: account)
        let result = try Command.run(command[0], Array(command.dropFirst()), environment: environment, folder: "/")
        guard result.passed else { throw ServerFailure("\(program) failed: \(result.text)") }
        return result.output
    }

    /// The whole command line, when the program is there.
    static func command(
        _ program: String, _ arguments: [String], of package: String, as account: ServerAccount?
    ) throws -> [String] {
        guard let path = try? Command.path(of: program) else {
            throw ServerFailure("there is no \(program): install the package \(package)")
        }
        return (account?.prefix ?? []) + [path] + arguments
    }
}

/// Why a server of a test is not there, and what to do about it.
package struct ServerFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

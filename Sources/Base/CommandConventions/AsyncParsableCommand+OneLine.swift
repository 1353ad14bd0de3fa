package import ArgumentParser
import Glibc

extension AsyncParsableCommand {
    /// Runs what the arguments ask for, and ends the process with one line on standard error when that fails, or with a line for each
    /// of several faults.
    ///
    /// A log or a supervisor's status shows one line, and usage is for those who ask with `--help`. The exit code is not zero then.
    package static func runWithOneLineErrors() async {
        // A write past the limit of a file's size (LimitFSIZE=) fails then, where it would end the process.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let code = exitCode(for: error)
            let message = message(for: error)
            // Help and version are no errors; a bare exit code has no words.
            guard !code.isSuccess, !message.isEmpty else { exit(withError: error) }
            let line = code == .validationFailure ? oneLine(message) : listed(message)
            let hint = code == .validationFailure ? "; --help explains the options" : ""
            let bytes = Array("Error: \(line)\(RefusedDuration.remedy(for: line))\(hint)\n".utf8)
            _ = write(STDERR_FILENO, bytes, bytes.count)
            Glibc.exit(code.rawValue)
        }
    }

    private static func oneLine(_ message: String) -> String {
        message.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }.joined(separator: " ")
    }

    /// The message on one line, but for a list: what is indented by two spaces is an entry, and keeps its line.
    private static func listed(_ message: String) -> String {
        let lines = message.split(separator: "\n")
        return lines.dropFirst().reduce(lines.first.map(String.init) ?? "") { text, line in
            text + (line.hasPrefix("  ") ? "\n" : " ") + line
        }
    }
}

/// Why a command ends without success, in one line for a person: what is wrong, where, and what to do.
///
/// ArgumentParser prints it as `Error: …` on standard error and exits with 1.
package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ message: String) { description = message }
}

import ApusAgent
import ArgumentParser
import CommandConventions
import Glibc

/// Says what is wrong with a web configuration.
struct CheckWebConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-web-config",
        abstract: "Reads a web configuration, the certificates and the keys that it names, and lists every error in them.",
        discussion:
            "Exits with 1 when something is wrong; the errors are on standard error, one a line. Run it as the agent's user, who has to read "
            + "the files.")

    @Argument(help: "The file, as --web-config takes it.")
    var path: String

    func validate() throws { try requirePath(path, "PATH") }

    func run() throws {
        do throws(WatchFileError) {
            let configuration = try WebConfiguration.read(path)
            print(configuration.summary)
            for remark in configuration.remarks { print(remark) }
        } catch {
            let text = Array(error.lines.map { $0 + "\n" }.joined().utf8)
            _ = write(STDERR_FILENO, text, text.count)
            throw ExitCode.failure
        }
    }
}

import ApusAgent
import ApusLinux
import ArgumentParser
import CommandConventions
import Glibc

/// Writes a file of groups for what runs on this host.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Writes a file, as --config takes it, that names what runs on this host now.",
        discussion:
            "Services of systemd, well-known programs outside of them and containers are groups; what else runs stands in comments. It sees "
            + "what its own user may see: run it as root for the programs of others.")

    @Option(help: ArgumentHelp("Where it is written; standard output by default.", valueName: "path"))
    var output: String?

    @Flag(help: "Replace a file that is there already.")
    var force = false

    func validate() throws {
        try requirePath(output, "--output")
        guard !force || output != nil else { throw ValidationError("--force: it goes with --output PATH") }
    }

    func run() throws {
        let draft: WatchDraft
        do { draft = try WatchDraft() } catch let error as LinuxError {
            throw CommandFailure("\(error): processes are listed from proc(5), which is to be mounted there")
        }
        guard let output else { return print(draft.text, terminator: "") }
        do throws(LinuxError) {
            try WholeFile.write(Array(draft.text.utf8), to: output, replaces: force)
        } catch {
            guard error.code != EEXIST else {
                throw CommandFailure("\(output) is there already: --force replaces it, or choose another --output")
            }
            throw CommandFailure("\(output) cannot be written: \(error.reason): choose another --output")
        }
        print("\(output) is written: apus-agent check-config --processes \(output) shows who is matched")
    }
}

import ApusAgent
import ApusLinux
import ApusProbes
import ArgumentParser
import CommandConventions
import Glibc

/// Says what is wrong with a file of what is watched, or what it holds.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Reads a file that names groups of processes to watch and pages to scrape, and lists what is wrong in it.",
        discussion:
            "Exits with 1 when the file is wrong; the errors are on standard error, one a line, of many the first "
            + "and how many there are besides. What is no error and may still not be "
            + "meant, such as a user that this host does not have, or a secret's file that is not there or may not be read, stands beside what "
            + "the file holds. Run it as the agent's user, who has to read the files of probes.")

    @Argument(help: "The file, as --config takes it.")
    var path: String

    @Flag(
        help: "List the processes and control groups of this host that each group matches now, without what these have started."
    )
    var processes = false

    func validate() throws { try requirePath(path, "PATH") }

    func run() throws {
        var file: WatchFile
        do throws(WatchFileError) {
            file = try WatchFile.read(path, paths: PathBook(program: PathBook.ownProgram))
        } catch {
            let text = Array(error.lines.map { $0 + "\n" }.joined().utf8)
            _ = write(STDERR_FILENO, text, text.count)
            throw ExitCode.failure
        }
        file.settle()
        print(file.summary)
        if let journal = file.journal { print(journal) }
        for remark in file.remarks + file.silentPaths(of: path) { print(remark) }
        for probe in file.probes {
            for fault in probe.fileFaults() { print("\(path): the probe \(probe.id): \(fault)") }
        }
        guard processes else { return }
        do throws(LinuxError) {
            for line in try GroupCensus(of: file).lines { print(line) }
        } catch { throw CommandFailure("\(error): processes are listed from proc(5), which is to be mounted there") }
    }
}

import ApusDeployment
import ApusFiles
import ApusTopology

/// A script of the shell that runs a fleet on one machine, and what its processes read.
struct LocalScript {
    let fleet: Fleet
    /// The folder of all files, as the processes are told it.
    let folder: String

    /// What agents read, by its path in the folder.
    var files: [GeneratedFile] {
        get throws {
            guard fleet.hasAgentFile else { return [] }
            let file = try AgentWatchFile.children(of: fleet, folder: folder)
            return [GeneratedFile(path: AgentWatchFile.name, contents: try file.contents)]
        }
    }

    /// The script in the language of POSIX' shell, but for `wait -n`, which ends with the first process.
    var text: String {
        """
        #!/bin/bash
        # Written by `local` from the topology of the fleet \(fleet.name).
        set -eu
        mkdir -p \(Self.quoted(folder))
        trap 'trap - EXIT; kill $(jobs -p) 2>/dev/null || true; wait' EXIT
        trap 'exit 0' INT TERM

        """ + commands.map { "# \($0.name)\n\(Self.line(of: $0)) &\n" }.joined() + "wait -n\n"
    }

    /// Agents come first, so that no service has to wait for its own.
    private var commands: [ProcessCommand] {
        fleet.agentEndpoints.map { .child(agent: $0, in: fleet, folder: folder, hasLifeline: false) }
            + fleet.startedServices.flatMap { service in
                service.instances.map { .child($0, of: service, in: fleet, folder: folder) }
            }
    }

    private static func line(of command: ProcessCommand) -> String {
        let variables = command.environment.map { "\($0.name)=\(quoted($0.value))" }
        return (variables + ([command.path ?? command.executable] + command.arguments).map(quoted)).joined(separator: " ")
    }

    /// A word as the shell takes it for nothing else.
    private static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-:=,@".contains($0)) }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}

import Foundation
import HostTesting

/// The whole agent as a child that counts a journal namespace.
final class JournalAgent {
    private let process = Process()
    private let log: String

    struct Silent: Error, CustomStringConvertible {
        let log: String
        var description: String { "the agent does not listen: \(log)" }
    }

    /// Counts the entries of each round, and their numbers.
    private static let patterns = """
        [load_entries_total]
        Help=Entries of the load.
        Expression=^entry \\d+ of round (?<round>\\d+)$

        [load_entry_numbers]
        Help=Numbers of the entries within their round.
        Expression=^entry (?<value>\\d+) of
        Buckets=500 1000
        """

    /// - Parameter folder: of its state; the same one for the next agent.
    convenience init(_ namespace: String, state folder: TemporaryFolder) throws { try self.init([namespace], state: folder) }

    /// - Parameters:
    ///   - namespaces: as `--journal-namespace` takes them.
    ///   - options: further ones.
    init(_ namespaces: [String], state folder: TemporaryFolder, options: [String] = []) throws {
        process.executableURL = URL(fileURLWithPath: BuiltProgram.path("apus-agent"))
        process.arguments =
            [
                "--listen", "127.0.0.1:0", "--socket", folder.path("agent.sock"), "--log", "stderr", "--journal", "all",
                "--state-directory", folder.path, "--journal-save-interval", "100ms",
                "--journal-patterns", folder.path("patterns"), "--journal-messages", "all",
            ] + namespaces.flatMap { ["--journal-namespace", $0] } + options
        try folder.write(Self.patterns, to: "patterns")
        log = folder.path("log")
        try folder.write("", to: "log")
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try process.run()
    }

    deinit {
        if process.isRunning { kill(SIGKILL) }
    }

    /// Ends it, and waits for that.
    func kill(_ signal: Int32) {
        Foundation.kill(process.processIdentifier, signal)
        process.waitUntilExit()
    }

    /// A figure of /proc/PID/status in bytes, such as `VmHWM`.
    func memory(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) * 1024
    }

    var status: Int32 { process.terminationStatus }

    /// What it answers to a path, once it listens.
    func get(_ path: String) throws -> String {
        var port: Substring?
        let listens = try comesTrue(within: .seconds(60)) {
            let text = try String(contentsOfFile: log, encoding: .utf8)
            port = text.firstMatch(of: /127\.0\.0\.1:(\d+)\/metrics/)?.1
            return port != nil || !process.isRunning
        }
        guard listens, let port else { throw Silent(log: try String(contentsOfFile: log, encoding: .utf8)) }
        return try Command.run("curl", ["--silent", "--max-time", "30", "http://127.0.0.1:\(port)\(path)"]).output
    }

    /// `journal_messages_total` of units whose names have a prefix, by `UNIT PRIORITY`; `nil` while it is not served.
    func messages(of prefix: String) throws -> [String: Int]? {
        let text = try get("/metrics")
        guard text.contains("apus_journal_up 1\n") else { return nil }
        var counts: [String: Int] = [:]
        for match in text.matches(of: /journal_messages_total\{unit="([^"]*)",priority="([^"]*)"\} (\d+)/)
        where match.1.hasPrefix(prefix) {
            counts["\(match.1) \(match.2)"] = Int(match.3)
        }
        return counts
    }
}

import ApusSystemd
import Foundation
import HostTesting
import Testing

/// The built agent on a real journal.
@Suite struct JournalAgentTests {
    private static let rounds = 10
    private static let unitCount = 5
    private static let linesAtATime = 2000

    @Test(.timeLimit(.minutes(5)))
    func `totals on the scrape are exact after a hundred thousand entries, ten kills and rotations`() throws {
        let journald = try PrivateJournald(settings: ["RateLimitIntervalSec=0", "RateLimitBurst=0"])
        let state = try TemporaryFolder()
        let prefix = "apus-test-\(getpid())-"
        let writers = try (0..<Self.unitCount).map {
            try UnitWriter(unit: "\(prefix)\($0).service", syslog: journald.syslogPath)
        }
        var random = JournalRandom(state: 7)
        var truth: [String: Int] = [:]
        var errors: [String: [String]] = [:]
        var served: [String: Int] = [:]
        var agent = try JournalAgent(journald.namespace, state: state)
        // It begins at the journal's end: what is written from here on counts.
        #expect(try comesTrue(within: .seconds(60)) { try agent.messages(of: prefix) != nil })

        for round in 1...Self.rounds {
            let running = try writers.map { writer in
                let lines = (1...Self.linesAtATime).map { number in
                    let priority = Int(random.next() % 8)
                    let text = "entry \(number) of round \(round)"
                    truth["\(writer.unit) \(JournalPriority.allCases[priority].name)", default: 0] += 1
                    if priority <= 3 { errors[writer.unit, default: []].append(text) }
                    return (priority, text)
                }
                return try writer.start(lines)
            }
            if round % 3 == 0 { try journald.rotate() }
            // Killed amid the entries, after an unforeseen number of them.
            let before = served.values.reduce(0, +)
            let life = Int(random.next() % UInt64(Self.linesAtATime * Self.unitCount))
            let hasCounted = try comesTrue(within: .seconds(60)) {
                guard let counts = try agent.messages(of: prefix) else { return false }
                #expect(served.allSatisfy { counts[$0.key, default: 0] >= $0.value }, "a counter went down")
                served = counts
                return counts.values.reduce(0, +) >= before + life
            }
            #expect(hasCounted)
            agent.kill(SIGKILL)
            agent = try JournalAgent(journald.namespace, state: state)
            running.forEach { $0.waitUntilExit() }
            #expect(running.allSatisfy { $0.terminationStatus == 0 })
        }

        let all = truth.values.reduce(0, +)
        #expect(all == 100_000)
        let isComplete = try comesTrue(within: .seconds(120)) {
            served = try agent.messages(of: prefix) ?? [:]
            return served.values.reduce(0, +) >= all
        }
        #expect(isComplete)
        #expect(served == truth)
        let metrics = try agent.get("/metrics")
        #expect(metrics.contains("journal_entries_missing_total 0\n"))
        for round in 1...Self.rounds { #expect(metrics.contains("load_entries_total{round=\"\(round)\"} 10000\n")) }
        #expect(metrics.contains("load_entry_numbers_bucket{le=\"500.0\"} 25000\n"))
        #expect(metrics.contains("load_entry_numbers_bucket{le=\"+Inf\"} 100000\nload_entry_numbers_sum 100050000\n"))
        for writer in writers { try expectErrors(of: writer.unit, errors[writer.unit] ?? [], from: agent) }
        agent.kill(SIGTERM)
        #expect(agent.status == 0)
        try journald.stop()
    }

    private func expectErrors(of unit: String, _ errors: [String], from agent: JournalAgent) throws {
        let text = try agent.get("/api/v1/journal?unit=\(unit.replacing("-", with: "%2D"))")
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let units = document?["units"] as? [[String: Any]] ?? []
        #expect(units.map { $0["unit"] as? String } == [unit])
        let last = units.first?["errors"] as? [[String: Any]] ?? []
        #expect(last.map { $0["message"] as? String } == errors.suffix(10).reversed())
        #expect(last.allSatisfy { ($0["cursor"] as? String)?.hasPrefix("s=") == true })
    }

    @Test func `options that leave it open what to count, or where to keep it, are refused in one line`() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.run(["--journal", "all"], folder).contains("--state-directory"))
        #expect(try Self.run(["--journal", "units"], folder).contains("--journal-unit"))
        #expect(try Self.run(["--state-directory", "/no/such"], folder).contains("--state-directory /no/such"))
        #expect(try Self.run(["--journal", "some"], folder).contains("some"))
        try folder.write("[up_total]\nHelp=x\nExpression=(", to: "faulty")
        let patterns = ["--state-directory", folder.path, "--journal-patterns"]
        #expect(
            try Self.run(patterns + [folder.path("faulty")], folder).contains("faulty:1: [up_total] the expression is wrong"))
        try folder.write("[journal_messages_total]\nHelp=x\nExpression=x", to: "taken")
        #expect(try Self.run(patterns + [folder.path("taken")], folder).contains("has a name that is served already"))
        #expect(try Self.run(patterns + ["/no/such"], folder).contains("/no/such: No such file"))
    }

    /// The one line with which options are refused.
    private static func run(_ options: [String], _ folder: TemporaryFolder) throws -> String {
        let tool = try Command.run(
            BuiltProgram.path("apus-agent"), ["--listen", "127.0.0.1:0", "--socket", folder.path("sock")] + options)
        #expect(tool.status != 0)
        #expect(tool.errors.split(separator: "\n").count == 1)
        return tool.errors
    }
}

import Foundation
import HostTesting
import Testing

/// Very many units, many containers and several namespaces, written by real journalds and counted by a whole agent.
@Suite struct JournalScaleTests {
    private static let units = 50_000
    private static let containers = 200
    /// What the agent may have of memory of its own then.
    /// Pages of the journal's files that libsystemd maps, which the kernel takes back when it needs them, come on top.
    private static let memory = 16 << 20

    @Test
    func `of 50,000 one-shot units and 200 containers in three namespaces what is watched is exact and the rest is counted`()
        throws
    {
        let folder = try TemporaryFolder()
        let journals = try (0..<3).map { _ in
            try PrivateJournald(settings: ["RateLimitIntervalSec=0", "SystemMaxUse=1G", "RuntimeMaxUse=1G"])
        }
        defer { for journald in journals { try? journald.stop() } }
        // Watched: the first, one of the middle, and the last.
        let watched = [1, 25_000, Self.units]
        let options = watched.flatMap { ["--watch-unit", "job-\($0).service"] } + ["--journal-from-start"]
        let agent = try JournalAgent(journals.map(\.namespace), state: folder, options: options)
        defer { agent.kill(SIGKILL) }
        _ = try agent.get("/healthz")
        let before = try agent.memory("RssAnon")
        let start = ContinuousClock.now
        try write(to: journals)
        let written = start.duration(to: .now) / .seconds(1)

        var samples: [Substring: Double] = [:]
        let isCounted = try comesTrue(within: .seconds(60)) {
            samples = try Self.samples(agent.get("/metrics"))
            return Self.sum(samples, "journal_unit_exits_total{") == Double(Self.units)
        }
        let counted = start.duration(to: .now) / .seconds(1)
        #expect(isCounted, "\(Self.sum(samples, "journal_unit_exits_total{")) ends are counted")
        #expect(Self.sum(samples, "journal_unit_starts_total{") == Double(Self.units))
        for number in watched {
            let labels = "namespace=\"\(journals[number % 3].namespace)\",unit=\"job-\(number).service\""
            #expect(samples["journal_unit_starts_total{\(labels)}"] == 1)
            #expect(samples["journal_unit_exits_total{\(labels),cause=\"success\"}"] == 1)
        }
        for number in 0..<Self.containers {
            let name =
                "journal_container_messages_total{namespace=\"\(journals[number % 3].namespace)\",container=\"box-\(number)\",priority=\"info\"}"
            #expect(samples[name[...]] == Double(number % 7 + 1), "box-\(number)")
        }
        // What has no place is counted together, and that is said.
        for journald in journals {
            #expect(samples["apus_journal_units_full{namespace=\"\(journald.namespace)\"}"] == 1)
            #expect((samples["journal_unit_starts_total{namespace=\"\(journald.namespace)\",unit=\"<other>\"}"] ?? 0) > 10_000)
            #expect(samples["journal_entries_missing_total{namespace=\"\(journald.namespace)\"}"] == 0)
            #expect(samples["apus_journal_names_full{namespace=\"\(journald.namespace)\",kind=\"container\"}"] == 0)
        }
        let (own, mapped) = (try agent.memory("RssAnon"), try agent.memory("RssFile"))
        print(
            "own memory before \(before >> 10) KiB, now \(own >> 10) KiB; pages of files \(mapped >> 20) MiB; \(samples.count) samples; "
                + "written in \(written) s, counted after \(counted) s")
        #expect(own < Self.memory)
    }

    private func write(to journals: [PrivateJournald]) throws {
        for number in 1...Self.units {
            let unit = ("UNIT", "job-\(number).service")
            try journals[number % 3].write(
                [("MESSAGE_ID", "39f53479d3a045ac8e11786248231fbf"), unit, ("JOB_RESULT", "done"), ("PRIORITY", "6")])
            try journals[number % 3].write([("MESSAGE_ID", "7ad2d189f7e94e70a38c781354912448"), unit, ("PRIORITY", "6")])
        }
        for number in 0..<Self.containers {
            for _ in 0...number % 7 {
                try journals[number % 3].write([("CONTAINER_NAME", "box-\(number)"), ("MESSAGE", "up"), ("PRIORITY", "6")])
            }
        }
    }

    private static func samples(_ text: String) -> [Substring: Double] {
        var samples: [Substring: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[line[..<space]] = Double(line[line.index(after: space)...])
        }
        return samples
    }

    private static func sum(_ samples: [Substring: Double], _ prefix: String) -> Double {
        samples.reduce(0) { $0 + ($1.key.hasPrefix(prefix) ? $1.value : 0) }
    }
}

import ApusSystemd
import EventCatalog
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

/// What a real journald makes of the entries, read back by journalctl.
@Suite(.serialized) struct JournaldTests {
    private func logger(_ journal: JournalSocket) -> Logger {
        Logger(label: "journald.tests", factory: { JournalLogHandler(label: $0, journal: journal, identifier: "apus-test") })
    }

    @Test func `journald has every field as it was logged`() throws {
        let journald = try NamespaceJournald()
        let journal = JournalSocket(path: journald.socketPath)
        #expect(journal.isConnected)
        let metadata: Logger.Metadata = [
            "trace-id": "4bf92f35", "_hidden": "seen", "multi": "one\ntwo", "tags": ["a", "b"], "user-id": "1", "userID": "2",
            "raw": .stringConvertible(BinaryValue([0, 10, 255, 1])),
            CataloguedEvent.metadataKey: .string(CataloguedEvent.entriesDropped.id),
            String(repeating: "k", count: 100): "long name",
        ]
        logger(journal).error("größe\nzwei", metadata: metadata)
        let line = #line - 1
        let entry = try #require(try journald.entries("SYSLOG_IDENTIFIER=apus-test").first)
        #expect(entry["MESSAGE"] as? String == "größe\nzwei")
        #expect(entry["PRIORITY"] as? String == "3")
        #expect(entry["LOGGER"] as? String == "journald.tests")
        #expect(entry["CODE_FILE"] as? String == #fileID)
        #expect(entry["CODE_LINE"] as? String == String(line))
        #expect((entry["CODE_FUNC"] as? String)?.contains("journald has every field") == true)
        #expect(entry["TRACE_ID"] as? String == "4bf92f35")
        #expect(entry["HIDDEN"] as? String == "seen")
        #expect(entry["MULTI"] as? String == "one\ntwo")
        #expect(entry["TAGS"] as? [String] == ["a", "b"])
        #expect(entry["USER_ID"] as? String == "1")
        #expect(entry["USER_ID_2"] as? String == "2")
        #expect(entry["RAW"] as? [Int] == [0, 10, 255, 1])
        #expect(entry["MESSAGE_ID"] as? String == CataloguedEvent.entriesDropped.id)
        #expect(entry[String(repeating: "K", count: 64)] as? String == "long name")
        // From the kernel: it is this process that sent it.
        #expect(entry["_PID"] as? String == String(getpid()))
        #expect(entry["_TRANSPORT"] as? String == "journal")
    }

    @Test(arguments: [100_000, 6 << 20])
    func `a large value arrives whole`(size: Int) throws {
        let journald = try NamespaceJournald()
        let journal = JournalSocket(path: journald.socketPath)
        let text = String((0..<size).lazy.map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        logger(journal).info("large", metadata: ["payload": .string(text)])
        let entry = try #require(try journald.entries("SYSLOG_IDENTIFIER=apus-test").first)
        #expect(entry["PAYLOAD"] as? String == text)
        #expect(journal.dropped == 0)
    }

    @Test func `a million calls against a stopped journald block nobody, and what it lacks is counted`() throws {
        let journald = try NamespaceJournald()
        let journal = JournalSocket(path: journald.socketPath)
        let logger = logger(journal)
        logger.info("first")
        #expect(try journald.entries("SYSLOG_IDENTIFIER=apus-test").count == 1)
        journald.signal(SIGSTOP)
        var longest = Duration.zero
        let spent = ContinuousClock().measure {
            for number in 0..<1_000_000 {
                let started = ContinuousClock.now
                logger.info("call \(number)")
                longest = max(longest, ContinuousClock.now - started)
            }
        }
        print(
            "a million calls against a stopped journald: \(spent / .milliseconds(1)) ms, the longest \(longest / .milliseconds(1)) ms"
        )
        let dropped = journal.dropped
        #expect(dropped > 900_000)
        journald.signal(SIGCONT)
        #expect(journal.flush(within: .seconds(30)))
        let arrived = try journald.entries("SYSLOG_IDENTIFIER=apus-test")
        #expect(arrived.count - 1 + Int(dropped) == 1_000_000)
        #expect(journal.dropped == dropped)
        // The thread that sends the backlog reports at its end.
        let deadline = ContinuousClock.now + .seconds(10)
        var reports: [[String: Any]] = []
        while reports.isEmpty, ContinuousClock.now < deadline {
            reports = try journald.entries("MESSAGE_ID=\(CataloguedEvent.entriesDropped.id)")
        }
        #expect(reports.map { $0["N_DROPPED"] as? String } == [String(dropped)])
    }

    @Test func `nothing of a burst is lost`() throws {
        let journald = try NamespaceJournald()
        let journal = JournalSocket(path: journald.socketPath)
        let logger = logger(journal)
        var costs: [Duration] = []
        for _ in 0..<8 {
            costs.append(
                ContinuousClock().measure {
                    for number in 0..<500 { logger.info("delivered", metadata: ["number": .stringConvertible(number)]) }
                } / 500)
            #expect(journal.flush(within: .seconds(10)))
        }
        let best = try #require(costs.min())
        // For Benchmarks/log, which holds it to its limit.
        print("a call to the journal: \(best / .nanoseconds(1)) ns")
        #expect(try journald.entries("SYSLOG_IDENTIFIER=apus-test").count == 4000)
        #expect(journal.dropped == 0)
    }
}

import HostTesting
import ApusSystemd
import ApusJournal
import ApusThreads
import Dispatch
import Foundation
import Testing

/// Against a real journald.
@Suite(.serialized, .timeLimit(.minutes(2))) struct JournalFollowerTests {
    /// A follower on a thread of its own.
    private final class Running: Sendable {
        let follower: JournalFollower
        private let wake = WakeUp()
        private let ended = DispatchSemaphore(value: 0)

        init(_ configuration: JournalFollowerConfiguration, _ notices: Notices) {
            let follower = JournalFollower(configuration) { notices.add($0) }
            self.follower = follower
            Thread.detachNewThread { [wake, ended] in
                follower.run(until: wake)
                ended.signal()
            }
        }

        func stop() {
            wake.raise()
            ended.wait()
        }

        /// Waits until the counts are as wanted.
        func wait(until isReached: (JournalCounts) -> Bool) -> JournalCounts? {
            _ = comesTrue(within: .seconds(30)) { follower.snapshot().map(isReached) ?? false }
            return follower.snapshot()
        }
    }

    @Test func `a follower counts each entry once, over its restarts and journald's rotations`() throws {
        let folder = try JournalFolder()
        let journald = try PrivateJournald()
        defer { #expect(throws: Never.self) { try journald.stop() } }
        let notices = Notices()
        var configuration = folder.configuration()
        configuration.source = .namespace(journald.namespace)
        var sent: [Int: UInt64] = [:]
        var random = JournalRandom(state: 7)
        for round in 0..<6 {
            let running = Running(configuration, notices)
            for _ in 0..<1000 {
                let priority = Int([1, 2, 3, 4, 5, 7].randomElement(using: &random) ?? 1)
                sent[priority, default: 0] += 1
                try journald.write([("MESSAGE", "round \(round)"), ("PRIORITY", "\(priority)"), ("SYSLOG_IDENTIFIER", "load")])
            }
            if round % 2 == 1 { try journald.rotate() }
            // Every other time it is stopped behind, and the next one begins where it was.
            if round % 2 == 0 {
                let total = sent.values.reduce(0, +)
                _ = running.wait { counts in sent.keys.reduce(0) { $0 + self.messages(counts, $1) } >= total }
            }
            running.stop()
        }
        let running = Running(configuration, notices)
        let total = sent.values.reduce(0, +)
        let counts = running.wait { counts in sent.keys.reduce(0) { $0 + self.messages(counts, $1) } >= total }
        running.stop()
        let last = try #require(counts)
        for (priority, count) in sent { #expect(messages(last, priority) == count, "priority \(priority)") }
        #expect(last.missing == 0)
        #expect(notices.all == [])
    }

    @Test func `a namespace whose folder comes after the follower is followed`() throws {
        let folder = try JournalFolder()
        let name = PrivateJournald.unusedNamespace()
        let notices = Notices()
        var configuration = folder.configuration()
        configuration.source = .namespace(name)
        let running = Running(configuration, notices)
        #expect(running.wait { $0.total == 0 }?.total == 0)
        let journald = try PrivateJournald(namespace: name)
        defer { #expect(throws: Never.self) { try journald.stop() } }
        try journald.write([("MESSAGE", "first"), ("PRIORITY", "4")])
        let counts = running.wait { self.messages($0, 4) == 1 }
        running.stop()
        #expect(counts.map { messages($0, 4) } == 1)
        #expect(notices.all == [])
    }

    @Test func `entries of two users, which journald keeps in two files, are all counted while both write`() throws {
        let folder = try JournalFolder()
        let journald = try PrivateJournald()
        defer { #expect(throws: Never.self) { try journald.stop() } }
        let notices = Notices()
        var configuration = folder.configuration()
        configuration.source = .namespace(journald.namespace)
        let running = Running(configuration, notices)
        let lines = 4000
        let written = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            do { try journald.write(lines: lines, of: 5, as: 12345) } catch { Issue.record("\(error)") }
            written.signal()
        }
        for number in 0..<lines {
            try journald.write([("MESSAGE", "\(number)"), ("PRIORITY", "4")])
            if number == lines / 2 { try journald.rotate() }
        }
        written.wait()
        let counts = try #require(
            running.wait { self.messages($0, 4) >= UInt64(lines) && self.messages($0, 5) >= UInt64(lines) })
        running.stop()
        #expect(messages(counts, 4) == UInt64(lines))
        #expect(messages(counts, 5) == UInt64(lines))
        #expect(counts.missing == 0)
        #expect(notices.all == [])
    }

    @Test func `a journal that is not there is said once, and followed when it comes`() throws {
        let folder = try JournalFolder()
        let late = folder.path + "/late"
        var configuration = folder.configuration()
        configuration.source = .directory(late)
        let notices = Notices()
        let running = Running(configuration, notices)
        _ = comesTrue(within: .seconds(10)) { !notices.all.isEmpty }
        #expect(notices.all == [.unavailable(.open(.directory(late), code: ENOENT))])
        #expect(running.follower.snapshot() == nil)
        try FileManager.default.createDirectory(atPath: late, withIntermediateDirectories: true)
        var export = JournalExport()
        export.add(1, [("PRIORITY", "6")])
        try folder.write("late/one", export)
        let counts = running.wait { $0.total == 1 }
        running.stop()
        #expect(counts?.total == 1)
        #expect(notices.all.count == 1)
    }

    private func messages(_ counts: JournalCounts, _ priority: Int) -> UInt64 {
        counts.units.reduce(0) { $0 + counts.messages(unit: $1, priority: JournalPriority.allCases[priority]) }
    }
}

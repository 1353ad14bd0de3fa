import ApusSystemd
import EventCatalog
import Foundation
import Glibc
import HostTesting
import Logging
import Synchronization
import Testing

@Suite struct JournalSocketTests {
    private func entry(_ number: Int) -> JournalEntry {
        var entry = JournalEntry()
        entry.append("MESSAGE", String(number))
        return entry
    }

    private func messages(_ receiver: DatagramReceiver, count: Int) -> [Int] {
        (0..<count).compactMap { _ in receiver.receive().flatMap { Int($0.text.dropFirst(8).dropLast()) } }
    }

    @Test func `a socket that nobody reads blocks nobody, and each of a million calls is sent, waiting or counted`() throws {
        let receiver = try DatagramReceiver()
        let journal = JournalSocket(path: receiver.path, backlogLimit: 1000)
        let logger = Logger(label: "test", factory: { JournalLogHandler(label: $0, journal: journal) })
        let started = ContinuousClock.now
        for number in 0..<1_000_000 { logger.info("call \(number)") }
        let spent = ContinuousClock.now - started
        // A call that waits, waits for ever here.
        #expect(spent < .seconds(20))
        #expect(journal.waiting == 1000)
        let dropped = journal.dropped
        #expect(dropped > 900_000)
        let sent = 1_000_000 - Int(dropped)
        let texts = (0..<sent).compactMap { _ in receiver.receive()?.text }
        #expect(texts.count == sent)
        let expected = (0..<sent).map { "MESSAGE=call \($0)\n" }
        #expect(zip(texts, expected).allSatisfy { $0.hasPrefix($1) })
        // Then the journal hears of what it does not have.
        let report = try #require(receiver.receive()?.text)
        #expect(report.contains("N_DROPPED=\(dropped)\n"))
        #expect(report.contains("MESSAGE_ID=\(CataloguedEvent.entriesDropped.id)\n"))
        #expect(report.contains("PRIORITY=4\n"))
    }

    @Test func `entries that waited arrive in their order, also those of a burst behind them`() throws {
        let receiver = try DatagramReceiver()
        let journal = JournalSocket(path: receiver.path)
        for number in 0..<2000 { journal.send(entry(number)) }
        #expect(journal.waiting > 0)
        let first = messages(receiver, count: 1000)
        for number in 2000..<3000 { journal.send(entry(number)) }
        let rest = messages(receiver, count: 2000)
        #expect(first + rest == Array(0..<3000))
        #expect(journal.flush(within: .seconds(5)))
        #expect(journal.dropped == 0)
        #expect(journal.waiting == 0)
    }

    @Test func `threads that log at once lose nothing, and each keeps its order`() async throws {
        let receiver = try DatagramReceiver()
        let journal = JournalSocket(path: receiver.path, backlogLimit: 100_000)
        let received = try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<4 {
                group.addTask { for number in 0..<2500 { journal.send(self.entry(sender * 10_000 + number)) } }
            }
            let received = messages(receiver, count: 10_000)
            try await group.waitForAll()
            return received
        }
        #expect(journal.dropped == 0)
        for sender in 0..<4 {
            #expect(received.filter { $0 / 10_000 == sender } == (0..<2500).map { sender * 10_000 + $0 })
        }
    }

    @Test func `flush says whether everything is gone`() throws {
        let receiver = try DatagramReceiver()
        let journal = JournalSocket(path: receiver.path)
        for number in 0..<1000 { journal.send(entry(number)) }
        #expect(!journal.flush(within: .milliseconds(20)))
        #expect(messages(receiver, count: 1000).count == 1000)
        #expect(journal.flush(within: .seconds(5)))
    }

    @Test func `without a journal entries go to the fallback stream, and to the journal once it comes, goes and comes back`()
        throws
    {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        func fallbackLine() -> String {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(ends[0], &bytes, bytes.count)
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }
        var receiver: DatagramReceiver? = try DatagramReceiver()
        let path = try #require(receiver?.path)
        receiver = nil
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let journal = JournalSocket(path: path, fallback: FallbackStream(descriptor: ends[1]), retryInterval: .zero)
        for round in 0..<3 {
            journal.send(entry(round))
            #expect(!journal.isConnected)
            #expect(fallbackLine() == "<6>\(round)\n")
            receiver = try DatagramReceiver(path: path)
            journal.send(entry(100 + round))
            #expect(journal.isConnected)
            #expect(receiver?.receive()?.text == "MESSAGE=\(100 + round)\n")
            receiver = nil
        }
        #expect(journal.dropped == 0)
    }

    @Test func `a journal that is replaced is found by the next entry`() throws {
        var receiver: DatagramReceiver? = try DatagramReceiver()
        let path = try #require(receiver?.path)
        let journal = JournalSocket(path: path, retryInterval: .seconds(3600))
        journal.send(entry(1))
        #expect(receiver?.receive()?.text == "MESSAGE=1\n")
        receiver = nil
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: URL(fileURLWithPath: path).deletingLastPathComponent()) }
        receiver = try DatagramReceiver(path: path)
        journal.send(entry(2))
        #expect(receiver?.receive()?.text == "MESSAGE=2\n")
    }

    @Test func `a fallback pipe that nobody reads, or whose reader is gone, blocks nobody and is counted`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let journal = JournalSocket(path: "/nowhere/socket", fallback: FallbackStream(descriptor: ends[1]))
        var long = JournalEntry()
        long.append("MESSAGE", String(repeating: "x", count: 10_000))
        for _ in 0..<1000 { journal.send(long) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(ends[0], &bytes, bytes.count)
        let whole = bytes.prefix(count).split(separator: UInt8(ascii: "\n")).count { $0.count == 10_003 }
        #expect(whole > 0)
        #expect(whole + Int(journal.dropped) == 1000)
        // After one that was cut short, a line begins on a line of its own.
        #expect(bytes[count - 1] == UInt8(ascii: "x"))
        journal.send(entry(1))
        let next = read(ends[0], &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(next), as: UTF8.self) == "\n<6>1\n")
        let dropped = journal.dropped
        close(ends[0])
        journal.send(entry(2))
        #expect(journal.dropped == dropped + 1)
        close(ends[1])
    }

    @Test func `an entry larger than a datagram comes as a sealed memfd`() throws {
        let receiver = try DatagramReceiver()
        let journal = JournalSocket(path: receiver.path)
        var large = JournalEntry()
        large.append("MESSAGE", String(repeating: "x", count: 20 << 20))
        journal.send(large)
        let message = try #require(receiver.receive())
        #expect(message.bytes.isEmpty)
        let descriptor = try #require(message.descriptors.first)
        defer { close(descriptor) }
        var status = stat()
        #expect(fstat(descriptor, &status) == 0)
        #expect(status.st_size == large.bytes.count)
        #expect(write(descriptor, "y", 1) == -1 && errno == EPERM)
    }

    @Test func `a call whose level is off sends nothing`() throws {
        let receiver = try DatagramReceiver()
        let journal = JournalSocket(path: receiver.path)
        let logger = Logger(label: "test", factory: { JournalLogHandler(label: $0, journal: journal) })
        let best = (0..<5).map { _ in
            ContinuousClock().measure {
                for number in 0..<200_000 {
                    logger.debug("call \(number)", metadata: ["number": .stringConvertible(number)])
                }
            } / 200_000
        }.min()
        // For Benchmarks/log, which holds it to its limit.
        print("a call whose level is off: \(try #require(best) / .nanoseconds(1)) ns")
        #expect(receiver.receive(within: 0) == nil)
    }

    @Test func `standard error is the journal only when its file is the one that was named`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var status = stat()
        #expect(fstat(ends[1], &status) == 0)
        #expect(StandardErrorJournal.isJournal("\(status.st_dev):\(status.st_ino)", descriptor: ends[1]))
        #expect(!StandardErrorJournal.isJournal("\(status.st_dev):\(status.st_ino + 1)", descriptor: ends[1]))
        #expect(!StandardErrorJournal.isJournal(nil, descriptor: ends[1]))
        #expect(!StandardErrorJournal.isJournal("journal", descriptor: ends[1]))
    }
}

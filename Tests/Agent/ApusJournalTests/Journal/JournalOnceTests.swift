import ApusJournal
import ApusSystemd
import Foundation
import HostTesting
import Testing

/// An entry counts once, whatever the clocks of its file say and whenever the file comes.
@Suite struct JournalOnceTests {
    private func export(_ numbers: ClosedRange<UInt64>, of unit: String, step: (UInt64) -> Int64 = { _ in 0 }) -> JournalExport
    {
        var export = JournalExport()
        for number in numbers {
            export.add(
                number, step: step(number), [("_SYSTEMD_UNIT", unit), ("PRIORITY", "6"), ("MESSAGE", "\(unit) \(number)")])
        }
        return export
    }

    /// Counts what is there in small batches, each saved and followed by a kill, until there is nothing; gives up after a number of
    /// rounds that is far more than are needed.
    private func countWithKills(_ folder: JournalFolder, limit: Int) throws -> (JournalCounts, rounds: Int) {
        for round in 1...1000 {
            let counter = JournalCounter(folder.configuration()) { Issue.record("\($0)") }
            try counter.open()
            let count = try counter.countBatch(limit: limit)
            counter.save()
            // One more batch that is lost with the process.
            if count == 0 { return (counter.state.counts, round) }
            _ = try counter.countBatch(limit: limit)
        }
        throw Endless()
    }

    private struct Endless: Error {}

    @Test(arguments: [7, 512])
    func `files of three hosts whose times begin anew under one boot count once`(limit: Int) throws {
        let folder = try JournalFolder()
        for (host, day) in ["a", "b", "c"].enumerated() {
            try folder.write(day, export(1...80, of: "\(day).service") { _ in Int64(host) * 86_400_000_000 })
        }
        let (counts, rounds) = try countWithKills(folder, limit: limit)
        #expect(rounds < 100)
        for host in ["a", "b", "c"] { #expect(counts.messages(unit: "\(host).service", priority: .info) == 80) }
        #expect(counts.missing == 0)
    }

    @Test(arguments: [3, 512])
    func `entries of two files count once when the clock goes forward and back`(limit: Int) throws {
        let folder = try JournalFolder()
        // Two seconds ahead in the middle; the second file's boot times lie between those of the first.
        let step: (UInt64) -> Int64 = { (40...70).contains($0) ? 2_000_000 : 0 }
        try folder.write("system", export(1...100, of: "system.service", step: step))
        try folder.write("user-1000", export(30...90, of: "user.service", step: step))
        let (counts, _) = try countWithKills(folder, limit: limit)
        #expect(counts.messages(unit: "system.service", priority: .info) == 100)
        #expect(counts.messages(unit: "user.service", priority: .info) == 61)
    }

    @Test func `a file that arrives late counts though its entries are older than those counted`() throws {
        let folder = try JournalFolder()
        try folder.write("late", export(1...20, of: "late.service"))
        try FileManager.default.moveItem(atPath: folder.file("late"), toPath: folder.path + "/late.aside")
        try folder.write("first", export(1000...1010, of: "first.service"))
        #expect(try folder.count(folder.configuration()).0.total == 11)
        try FileManager.default.moveItem(atPath: folder.path + "/late.aside", toPath: folder.file("late"))
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(counts.total == 31)
        #expect(notices == [])
    }

    @Test func `a file that is copied, renamed or moved away and back counts once`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...20, of: "a.service"))
        #expect(try folder.count(folder.configuration()).0.total == 20)
        try FileManager.default.copyItem(atPath: folder.file("one"), toPath: folder.file("copy"))
        #expect(try folder.count(folder.configuration()).0.total == 20)
        try folder.remove("one")
        try FileManager.default.moveItem(atPath: folder.file("copy"), toPath: folder.path + "/aside")
        #expect(try folder.count(folder.configuration()).0.total == 20)
        try FileManager.default.moveItem(atPath: folder.path + "/aside", toPath: folder.file("two"))
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(counts.total == 20)
        #expect(notices == [])
    }

    @Test func `what journald copies from memory to disk counts once`() throws {
        let folder = try JournalFolder()
        // Only what is below /run is volatile.
        let memory = "/run/apus-journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: memory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: memory) }
        let volatile = "\(memory)/system.journal"
        func write(_ numbers: ClosedRange<UInt64>, to file: String) throws {
            let remote = try JournalRemote(file)
            try remote.write(export(numbers, of: "a.service"))
            try remote.finish()
        }
        try folder.write("system", export(1000...1010, of: "older.service"))
        var configuration = folder.configuration()
        configuration.source = .files([volatile, folder.file("system")])
        try write(1...50, to: volatile)
        #expect(try folder.count(configuration).0.total == 61)
        // Some were written before the copying that nobody has counted, and the copying is half done; then it is done, and the
        // file in memory goes; then journald writes to the disk alone.
        try write(51...80, to: volatile)
        try write(1...60, to: folder.file("system"))
        #expect(try folder.count(configuration).0.total == 91)
        try write(61...80, to: folder.file("system"))
        try FileManager.default.removeItem(atPath: volatile)
        configuration.source = .files([folder.file("system")])
        try write(81...100, to: folder.file("system"))
        let (counts, notices) = try folder.count(configuration)
        #expect(counts.messages(unit: "a.service", priority: .info) == 100)
        #expect(counts.total == 111)
        #expect(counts.missing == 0)
        #expect(notices == [])
    }

    @Test func `entries that were vacuumed before they were counted are missing, as many as there were`() throws {
        let folder = try JournalFolder()
        let journald = try PrivateJournald(settings: ["RateLimitIntervalSec=0"])
        defer { #expect(throws: Never.self) { try journald.stop() } }
        var configuration = folder.configuration()
        configuration.source = .namespace(journald.namespace)
        try journald.write([("MESSAGE", "first"), ("PRIORITY", "2")])
        func settled() throws -> JournalState {
            let counter = JournalCounter(configuration) { _ in }
            try counter.open()
            while try counter.countBatch() > 0 {}
            counter.save()
            return counter.state
        }
        _ = comesTrue(within: .seconds(10)) { ((try? settled())?.counts.total ?? 0) > 0 }
        #expect(try settled().counts.missing == 0)
        let before = try settled().counts.total
        for number in 0..<100 { try journald.write([("MESSAGE", "lost \(number)"), ("PRIORITY", "5")]) }
        let isWritten = try comesTrue(within: .seconds(10)) {
            let reader = try JournalReader(configuration.source)
            var written = 0
            while try reader.next() { written += 1 }
            return written >= Int(before) + 100
        }
        #expect(isWritten)
        try journald.rotate()
        try journald.removeArchived()
        for number in 0..<10 { try journald.write([("MESSAGE", "kept \(number)"), ("PRIORITY", "2")]) }
        let kept = comesTrue(within: .seconds(10)) {
            let counts = try? settled().counts
            return (counts?.messages(unit: "", priority: .critical) ?? 0) >= 11
        }
        #expect(kept)
        let after = try settled().counts
        // journald writes of its own rotation, too.
        #expect(after.missing >= 100)
        #expect(after.missing < 110)
        #expect(after.total > before)
    }

    @Test func `an error without a message is an error in all figures`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        export.add(1, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "3"), ("MESSAGE", "text")])
        export.add(2, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "3"), ("CODE_FILE", "x.c")])
        try folder.write("one", export)
        let (counts, _) = try folder.count(folder.configuration())
        #expect(counts.messages(unit: "a.service", priority: .error) == 2)
        #expect(counts.errors(of: "a.service").map(\.message) == ["", "text"])
        #expect(counts.lastError(of: "a.service")?.realtime == 1_700_000_000_000_002)
    }
}

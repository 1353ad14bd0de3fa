import ApusSystemd
import ApusJournal
import Foundation
import Glibc
import Testing

/// What must not change the totals: kills, rotation, vacuum, damage.
@Suite struct JournalRestartTests {
    private func export(_ numbers: ClosedRange<UInt64>) -> JournalExport {
        var export = JournalExport()
        for number in numbers {
            export.add(number, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "6"), ("MESSAGE", "\(number)")])
        }
        return export
    }

    @Test(.timeLimit(.minutes(2)))
    func `totals are exact over twenty thousand entries, ten kills and three rotations`() async throws {
        let folder = try JournalFolder()
        var random = JournalRandom(state: 42)
        var truth: [String: UInt64] = [:]
        var chunks: [JournalExport] = []
        var number: UInt64 = 0
        for _ in 0..<20 {
            var export = JournalExport()
            for _ in 0..<1000 {
                number += 1
                let unit = "unit-\(random.next() % 30).service"
                let priority = JournalPriority.allCases[Int(random.next() % 8)]
                truth["\(unit) \(priority.name)", default: 0] += 1
                export.add(
                    number,
                    [("_SYSTEMD_UNIT", unit), ("PRIORITY", "\(priority.rawValue)"), ("MESSAGE", "entry \(number) of the load")])
            }
            chunks.append(export)
        }
        let written = chunks
        let writing = Task.detached {
            var remote = try JournalRemote(folder.file("active"))
            for (index, chunk) in written.enumerated() {
                if index > 0 && index % 5 == 0 {
                    try remote.finish()
                    try FileManager.default.moveItem(atPath: folder.file("active"), toPath: folder.file("active@\(index)"))
                    remote = try JournalRemote(folder.file("active"))
                }
                try remote.write(chunk)
            }
            try remote.finish()
        }

        let notices = Notices()
        var killed = 0
        var counts = JournalCounts()
        while counts.total < number {
            // Never told to stop: what it counted since its last save is gone with it.
            let counter = JournalCounter(folder.configuration()) { notices.add($0) }
            try counter.open()
            let life = counter.state.counts.total + 500 + random.next() % 1300
            while counter.state.counts.total < min(life, number) {
                if try counter.countBatch(limit: Int(1 + random.next() % 200)) == 0 { await Task.yield() }
                if random.next() % 4 == 0 { counter.save() }
            }
            counts = counter.state.counts
            if counts.total < number { killed += 1 }
        }
        try await writing.value
        #expect(killed >= 10)
        let (final, _) = try folder.count(folder.configuration())
        var counted: [String: UInt64] = [:]
        final.forEachUnit { unit, counts in
            for (priority, count) in zip(JournalPriority.allCases, counts) where count > 0 {
                counted["\(unit) \(priority.name)"] = count
            }
        }
        #expect(counted == truth)
        #expect(final.missing == 0)
        #expect(notices.all == [])
    }

    @Test func `a file that is removed after it was counted loses nothing, and says nothing`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        #expect(try folder.count(folder.configuration()).0.total == 10)
        try folder.write("two", export(11...30))
        try folder.remove("one")
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(counts.total == 30)
        #expect(counts.missing == 0)
        #expect(notices == [])
    }

    @Test func `a damaged file is passed over and named, and the others are counted`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        try folder.write("two", export(11...15))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("one")))
        try handle.write(contentsOf: Data("NOTAJRNL".utf8))
        try handle.close()
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(counts.total == 5)
        guard case .damagedFile(let path, _) = notices.first, notices.count == 1 else {
            Issue.record("no word of it: \(notices)")
            return
        }
        #expect(path == folder.file("one"))
    }

    @Test(arguments: [1, 5])
    func `a file that is damaged within ends no counting, and its other entries are counted once`(tenth: Int) throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10_000))
        try folder.write("two", export(10_001...10_100))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("one")))
        // By the header: behind the two hash tables, and up to the last object, lie data and entries. Zeros go over some of them,
        // as after a torn write.
        func word(at offset: Int) -> Int { (0..<8).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        let start = max(word(at: 104) + word(at: 112), word(at: 120) + word(at: 128))
        let place = start + (word(at: 136) - start) / 10 * tenth
        bytes.replaceSubrange(place..<place + 0x4000, with: Data(count: 0x4000))
        try bytes.write(to: URL(fileURLWithPath: folder.file("one")))
        let (counts, _) = try folder.count(folder.configuration())
        #expect(counts.total >= 100 && counts.missing > 0)
        #expect(counts.total + counts.missing == 10_100)
        let (again, _) = try folder.count(folder.configuration())
        #expect(again.total == counts.total)
    }

    @Test func `a state file that is damaged is said, and counting begins anew at the end`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        _ = try folder.count(folder.configuration())
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.statePath))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: folder.statePath))
        let (counts, notices) = try folder.count(folder.configuration(beginning: .end))
        #expect(notices == [.stateUnreadable(.content(path: folder.statePath, .checksum))])
        #expect(counts.total == 0)
        let aside = try asides(folder)
        #expect(aside.count == 1)
        let name = try #require(aside.first)
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")) == bytes)
        try Data(bytes.prefix(bytes.count / 2)).write(to: URL(fileURLWithPath: folder.statePath))
        #expect(try folder.count(folder.configuration(beginning: .end)).1.count == 1)
    }

    private func asides(_ folder: JournalFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("state.unreadable-") }.sorted()
    }

    @Test func `of states that are put aside the newest are kept, so many and no more`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        for time in 1...5 { try Data().write(to: URL(fileURLWithPath: "\(folder.statePath).unreadable-\(time)")) }
        try Data("apus-journal 99\n".utf8).write(to: URL(fileURLWithPath: folder.statePath))
        #expect(try folder.count(folder.configuration()).1.count == 1)
        let aside = try asides(folder)
        #expect(aside.count == 3 && aside.contains("state.unreadable-5") && !aside.contains("state.unreadable-1"))
    }

    @Test func `a state that cannot be read this once stays as it is, and nothing is counted until it can be`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        #expect(try folder.count(folder.configuration()).0.total == 10)
        try folder.write("two", export(11...15))
        // Root may read every file; a link to itself is what nobody can open.
        let kept = folder.path + "/kept"
        try FileManager.default.moveItem(atPath: folder.statePath, toPath: kept)
        try FileManager.default.createSymbolicLink(atPath: folder.statePath, withDestinationPath: folder.statePath)
        let notices = Notices()
        let counter = JournalCounter(folder.configuration()) { notices.add($0) }
        for _ in 0..<2 {
            #expect(throws: JournalError.state(.read(path: folder.statePath, code: ELOOP))) { try counter.open() }
            #expect(try counter.countBatch() == 0)
            counter.save()
        }
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.statePath) == folder.statePath)
        #expect(try asides(folder).isEmpty && notices.all == [])
        try FileManager.default.removeItem(atPath: folder.statePath)
        try FileManager.default.moveItem(atPath: kept, toPath: folder.statePath)
        try counter.open()
        while try counter.countBatch() > 0 {}
        #expect(counter.state.counts.total == 15 && counter.state.counts.missing == 0)
    }

    @Test func `a state that the version before has written is read, and counting goes on`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        _ = try folder.count(folder.configuration())
        // In its format: one cursor in place of the files' places, units without the time of their last entry.
        let reader = try JournalReader(folder.source)
        for _ in 1...10 { _ = try reader.next() }
        let state = try String(contentsOfFile: folder.statePath, encoding: .utf8)
        let lines = state.split(separator: "\n").dropFirst().dropLast().filter { line in
            !["file", "writer", "left"].contains { line.hasPrefix($0) }
        }.map { $0.hasPrefix("unit") ? String($0[..<($0.lastIndex(of: "\t") ?? $0.endIndex)]) : String($0) }
        let old =
            "apus-journal 3\ncursor\t\(try reader.cursor().text)\n" + lines.joined(separator: "\n")
            + "\nerror\t1700000000000003\t2\told\n"
        let checksum = old.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        try Data((old + "end\t" + String(checksum, radix: 16) + "\n").utf8).write(to: URL(fileURLWithPath: folder.statePath))
        try folder.write("two", export(11...15))
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(notices == [])
        #expect(counts.total == 15)
        #expect(counts.lastError(of: "a.service")?.message == "old")
    }

    @Test func `a link in the place of the new state is not followed`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        let target = folder.path + "/target"
        try Data("precious".utf8).write(to: URL(fileURLWithPath: target))
        try FileManager.default.createSymbolicLink(atPath: folder.statePath + ".new", withDestinationPath: target)
        let (_, notices) = try folder.count(folder.configuration())
        #expect(notices == [])
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious")
        #expect(try folder.count(folder.configuration()).0.total == 10)
    }

    @Test func `a kill amid a save leaves the state of the save before`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        _ = try folder.count(folder.configuration())
        try Data("apus-journal 1\ncursor\thalf".utf8).write(to: URL(fileURLWithPath: folder.statePath + ".new"))
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(counts.total == 10)
        #expect(notices == [])
    }

    @Test func `a first start at the end that is killed at once begins there again, not later`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        try JournalCounter(folder.configuration(beginning: .end)) { _ in }.open()
        try folder.write("two", export(11...13))
        #expect(try folder.count(folder.configuration(beginning: .end)).0.total == 3)
    }

    @Test func `a state that cannot be saved is said, and counting goes on`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        var configuration = folder.configuration()
        configuration.statePath = folder.path + "/no/such/state"
        let (counts, notices) = try folder.count(configuration)
        #expect(counts.total == 10)
        #expect(notices.allSatisfy { if case .stateNotSaved = $0 { true } else { false } } && !notices.isEmpty)
    }
}

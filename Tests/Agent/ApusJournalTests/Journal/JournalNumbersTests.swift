import ApusJournal
import ApusSystemd
import Foundation
import Testing

/// Numbers in files, which somebody else may have written: none of them ends the agent, and what is sound is counted.
@Suite struct JournalNumbersTests {
    private func export(_ numbers: ClosedRange<UInt64>, of unit: String = "a.service") -> JournalExport {
        var export = JournalExport()
        for number in numbers {
            export.add(number, [("_SYSTEMD_UNIT", unit), ("PRIORITY", "6"), ("MESSAGE", "\(number)")])
        }
        return export
    }

    private func patch(_ path: String, _ change: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        change(&bytes)
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    private func put(_ number: UInt64, at place: Int, in bytes: inout Data) {
        for index in 0..<8 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
    }

    private func number(at place: Int, in bytes: Data) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }

    /// Of the first entry and of the last one, in a file that is closed for good.
    @Test(arguments: [168, 160] as [Int], [.max, .max - 1, 1 << 63, 1 << 40] as [UInt64])
    func `an impossible number in a file's header ends nothing, at the first start and at the next`(
        place: Int, value: UInt64
    ) throws {
        let folder = try JournalFolder()
        try folder.write("system", export(1...6))
        try folder.write("other", export(100...109, of: "b.service"))
        try patch(folder.file("system")) {
            $0[16] = 2
            put(value, at: place, in: &$0)
        }
        for _ in 1...2 {
            let (counts, _) = try folder.count(folder.configuration())
            #expect(counts.messages(unit: "b.service", priority: .info) == 10)
        }
    }

    @Test func `a file with an impossible number is named as damaged`() throws {
        let folder = try JournalFolder()
        try folder.write("system", export(1...6))
        try patch(folder.file("system")) { put(.max, at: 160, in: &$0) }
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(notices == [.damagedFile(path: folder.file("system"), code: EBADMSG)])
        #expect(counts.total == 0)
        #expect(counts.missing == 0)
    }

    @Test func `an impossible number of an entry ends nothing, and its file's entries count once`() throws {
        let folder = try JournalFolder()
        try folder.write("system", export(1...6))
        try patch(folder.file("system")) { bytes in
            // Objects, one behind the other: their type, of which 3 is an entry, their size, and the entry's number.
            var place = Int(number(at: 88, in: bytes))
            let end = Int(number(at: 136, in: bytes))
            while place <= end {
                if bytes[place] == 3, number(at: place + 16, in: bytes) == 6 { put(.max, at: place + 16, in: &bytes) }
                place = (place + Int(number(at: place + 8, in: bytes)) + 7) / 8 * 8
            }
        }
        for _ in 1...3 {
            let (counts, _) = try folder.count(folder.configuration())
            #expect(counts.messages(unit: "a.service", priority: .info) == 6)
        }
    }

    /// A state file of some lines besides those of the counts.
    private func write(_ lines: [String], asIs: Bool = false, to folder: JournalFolder) throws {
        let units = ["", "<other>"].map {
            "unit\t\($0)\t" + Array(repeating: "\(UInt64.max)", count: 9).joined(separator: "\t")
        }
        let counts = asIs ? [] : ["missing\t\(UInt64.max)", "unreadable\t\(UInt64.max)"] + units
        let content = (["apus-journal 4"] + lines + counts).joined(separator: "\n") + "\n"
        let checksum = content.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        try Data((content + "end\t" + String(checksum, radix: 16) + "\n").utf8)
            .write(to: URL(fileURLWithPath: folder.statePath))
    }

    @Test func `counts of a state file that can rise no further stay where they are`() throws {
        let folder = try JournalFolder()
        try folder.write("system", export(1...6))
        try write([], to: folder)
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(notices == [])
        #expect(counts.total == .max)
        #expect(counts.missing == .max)
        #expect(counts.messages(unit: "a.service", priority: .info) == 6)
    }

    @Test(arguments: [
        "writer\t/var\t\(UInt64.max)\t\(UInt64.max)\t\(UInt64.max)\t-",
        "file\t\(String(repeating: "1", count: 32))\t\(String(repeating: "2", count: 32))\t\(UInt64.max)\t1",
        "file\t\(String(repeating: "1", count: 32))\t\(String(repeating: "2", count: 32))\t1\t\(UInt64.max)",
        "pattern\tp\tshape\t0\t0\nmatched\t1\t0\t\(Int.max)\tx",
    ])
    func `an impossible number in the state file is told, and counting begins anew`(line: String) throws {
        let folder = try JournalFolder()
        try folder.write("system", export(1...6))
        try write(line.split(separator: "\n").map { String($0) }, to: folder)
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(counts.total == 6)
        guard case .stateUnreadable(.content) = notices.first else {
            Issue.record("\(notices)")
            return
        }
    }

    @Test func `who has numbered entries is forgotten with the last place in its files`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...6))
        _ = try folder.count(folder.configuration())
        let own = try writers(folder)
        #expect(own.count == 1)
        // A thousand series of which no file is remembered, each with a journald's folder that is gone.
        var state = try String(contentsOfFile: folder.statePath, encoding: .utf8).split(separator: "\n").map { String($0) }
        let strangers = (1...1000).flatMap { number in
            [String(format: "%032x", number), "/var/log/journal/\(number)/"].map { "writer\t\($0)\t5\t5\t0\t-" }
        }
        state.replaceSubrange(state.count - 1..<state.count, with: [])
        try write(Array(state.dropFirst()) + strangers, asIs: true, to: folder)
        _ = try folder.count(folder.configuration())
        // Removed, it is remembered, in case that it comes back.
        try folder.remove("one")
        try folder.write("two", export(7...9))
        _ = try folder.count(folder.configuration())
        let left = try writers(folder)
        #expect(left.count == 2)
        #expect(Set(left).isSuperset(of: own))
    }

    private func writers(_ folder: JournalFolder) throws -> [String] {
        try String(contentsOfFile: folder.statePath, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("writer") }.map { $0.split(separator: "\t")[1] }.map { String($0) }
    }
}

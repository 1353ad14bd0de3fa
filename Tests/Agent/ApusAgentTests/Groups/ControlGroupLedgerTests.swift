import ApusAgent
import ApusLinux
import Testing

/// The sums of control groups, look by look.
@Suite struct ControlGroupLedgerTests {
    private var ledger = ControlGroupLedger()

    private static func counts(_ user: Int64, reads: Int64? = nil) -> ControlGroupCounts {
        var counts = ControlGroupCounts()
        counts.figures[.userTime] = user
        if let reads { counts.devices["sda"] = .init(reads: reads) }
        return counts
    }

    private static func sighting(
        _ path: String, _ user: Int64, number: UInt64 = 1, group: Int = 0, outer: ControlGroupTree.Folder? = nil,
        whole: Bool = true, reads: Int64? = nil
    ) -> ControlGroupLedger.Sighting {
        .init(
            folder: .init(path: path, number: number), group: group, outer: outer, counts: counts(user, reads: reads),
            countsWhole: whole)
    }

    private func user(_ group: Int) -> Int64? { ledger[group]?.figures[.userTime] }

    @Test mutating func `what is removed stays, and what is made anew begins at 0`() {
        ledger.look([Self.sighting("/a", 100, reads: 3), Self.sighting("/b", 10, number: 2)])
        #expect(user(0) == 110)
        ledger.look([Self.sighting("/a", 150, reads: 5)])
        #expect(user(0) == 160)
        ledger.look([Self.sighting("/a", 7, number: 9, reads: 1)])
        #expect(user(0) == 167 && ledger[0]?.devices["sda"]?.reads == 6)
        ledger.look([])
        #expect(user(0) == 167)
        ledger.forget(0)
        #expect(user(0) == nil)
    }

    @Test mutating func `what cannot be read for once neither falls nor counts twice`() {
        ledger.look([Self.sighting("/a", 100, reads: 3)])
        ledger.look([.init(folder: .init(path: "/a", number: 1), group: 0, counts: .init(), countsWhole: true)])
        #expect(user(0) == 100 && ledger[0]?.devices["sda"]?.reads == 3)
        ledger.look([Self.sighting("/a", 120)])
        #expect(user(0) == 120)
    }

    @Test mutating func `one in another group's is that group's no more`() {
        let outer = ControlGroupTree.Folder(path: "/a", number: 1)
        ledger.look([Self.sighting("/a", 100)])
        ledger.look([
            Self.sighting("/a/b", 30, number: 2, group: 1, outer: outer), Self.sighting("/a", 150),
        ])
        #expect(user(0) == 120 && user(1) == 30)
        // Read a moment later than the outer one: the sum of that does not fall.
        ledger.look([Self.sighting("/a/b", 60, number: 2, group: 1, outer: outer), Self.sighting("/a", 160)])
        #expect(user(0) == 120 && user(1) == 60)
        // After its end what it did last is the outer one's.
        ledger.look([Self.sighting("/a", 190)])
        #expect(user(0) == 130 && user(1) == 60)
    }

    @Test mutating func `one that comes late, or to another group, counts from then on`() {
        let outer = ControlGroupTree.Folder(path: "/a", number: 1)
        ledger.look([
            Self.sighting("/a/b", 30, number: 2, group: 1, outer: outer), Self.sighting("/a", 100, whole: false),
        ])
        #expect(user(0) == 0 && user(1) == 30)
        ledger.look([Self.sighting("/a/b", 35, number: 2, group: 1, outer: outer), Self.sighting("/a", 110)])
        #expect(user(0) == 5)
        ledger.look([Self.sighting("/a", 125, group: 2)])
        #expect(user(0) == 5 && user(2) == 15 && user(1) == 35)
    }
}

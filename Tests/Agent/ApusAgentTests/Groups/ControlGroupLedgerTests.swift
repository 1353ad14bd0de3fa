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

    @Test mutating func `counts of a controller that was switched off and on go on`() {
        func look(_ user: Int64?, _ kills: Int64?) {
            var counts = ControlGroupCounts()
            counts.figures[.userTime] = user
            counts.figures[.killedProcesses] = kills
            ledger.look([.init(folder: .init(path: "/a", number: 1), group: 0, counts: counts, countsWhole: true)])
        }
        func kills() -> Int64? { ledger[0]?.figures[.killedProcesses] }
        look(5_000_000, 3)
        look(5_000_000, nil)
        #expect(kills() == 3)
        look(5_100_000, 1)
        #expect(kills() == 4 && user(0) == 5_100_000)
        look(300_000, 2)
        #expect(kills() == 5 && user(0) == 5_400_000)
        // Of several processors, a little less than before.
        look(290_000, 2)
        #expect(user(0) == 5_400_000)
        look(310_000, 2)
        #expect(user(0) == 5_410_000)
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

    @Test(arguments: [true, false])
    mutating func `what an outer one does not count of those in it is not taken from it`(isVersionOne: Bool) {
        func sighting(_ path: String, _ number: UInt64, _ group: Int, _ count: Int64, in outer: ControlGroupTree.Folder? = nil)
            -> ControlGroupLedger.Sighting
        {
            var counts = ControlGroupCounts()
            for counter in ControlGroupCounter.allCases { counts.figures[counter] = count }
            counts.hasOwnMemoryEvents = isVersionOne
            return .init(
                folder: .init(path: path, number: number), group: group, outer: outer, counts: counts, countsWhole: true)
        }
        let outer = ControlGroupTree.Folder(path: "/a", number: 1)
        ledger.look([sighting("/a/b", 2, 1, 30, in: outer), sighting("/a", 1, 0, 100)])
        ledger.look([sighting("/a/b", 2, 1, 60, in: outer), sighting("/a", 1, 0, 150)])
        func count(_ counter: ControlGroupCounter) -> Int64? { ledger[0]?.figures[counter] }
        #expect(count(.throttledPeriods) == 150 && count(.periods) == 150 && count(.throttledTime) == 150)
        #expect(count(.memoryMax) == (isVersionOne ? 150 : 90) && count(.killedProcesses) == (isVersionOne ? 150 : 90))
        #expect(count(.userTime) == 90 && count(.memoryHigh) == 90 && count(.waitingForCPU) == 90)
        #expect(ledger[1]?.figures[.throttledTime] == 60)
    }

    // MARK: - Block devices

    /// What a control group is seen with, of each device the same number of everything.
    private static func sighting(
        _ path: String = "/a", number: UInt64 = 1, group: Int = 0, outer: ControlGroupTree.Folder? = nil,
        devices: [String: Int64]
    ) -> ControlGroupLedger.Sighting {
        var counts = ControlGroupCounts()
        counts.devices = devices.mapValues { .init(readBytes: $0, writtenBytes: $0, reads: $0, writes: $0) }
        return .init(folder: .init(path: path, number: number), group: group, outer: outer, counts: counts, countsWhole: true)
    }

    private func reads(_ name: String, of group: Int = 0) -> Int64? { ledger[group]?.devices[name]?.reads }

    @Test mutating func `a device that goes and comes back adds what it counts from then on`() {
        ledger.look([Self.sighting(devices: ["sda": 10, "sdb": 100])])
        ledger.look([Self.sighting(devices: ["sda": 11])])
        #expect(reads("sdb") == 100)
        ledger.look([Self.sighting(devices: ["sda": 12, "sdb": 7])])
        #expect(reads("sdb") == 107)
        ledger.look([Self.sighting(devices: ["sda": 13, "sdb": 9])])
        #expect(reads("sdb") == 109 && reads("sda") == 13)
        // It is past its old figure by the time that it is seen.
        ledger.look([Self.sighting(devices: ["sda": 13, "sdb": 300])])
        #expect(reads("sdb") == 400)
    }

    @Test mutating func `a count that was not read for once is not one that began anew`() {
        func counts(bytes: Int64, operations: Int64) -> ControlGroupLedger.Sighting {
            var counts = ControlGroupCounts()
            counts.devices["sda"] = .init(readBytes: bytes, reads: operations)
            return .init(folder: .init(path: "/a", number: 1), group: 0, counts: counts, countsWhole: true)
        }
        // Version 1 has bytes and operations in files of their own.
        ledger.look([counts(bytes: 4096, operations: 8)])
        ledger.look([counts(bytes: 5000, operations: 0)])
        ledger.look([counts(bytes: 5000, operations: 9)])
        #expect(reads("sda") == 9 && ledger[0]?.devices["sda"]?.readBytes == 5000)
    }

    @Test mutating func `who has a place keeps it, and others count once`() {
        var devices = Dictionary(uniqueKeysWithValues: (0..<8).map { ("loop\($0)", Int64(10)) })
        ledger.look([Self.sighting(devices: devices)])
        devices["new"] = 1000
        devices["loop0"] = 12
        ledger.look([Self.sighting(devices: devices)])
        #expect(reads("loop0") == 12 && reads("new") == nil && reads("other") == 1000)
        // It goes and comes back, others with it.
        devices["new"] = nil
        ledger.look([Self.sighting(devices: devices)])
        devices["newer"] = 5
        devices["new"] = 20
        devices["loop1"] = nil
        ledger.look([Self.sighting(devices: devices)])
        #expect(reads("other") == 1025 && reads("loop1") == 10 && ledger[0]?.devices.count == 9)
    }

    @Test mutating func `the busiest of many devices that are found together are told apart`() {
        let devices = Dictionary(uniqueKeysWithValues: (1...40).map { ("d\($0)", Int64($0)) })
        ledger.look([Self.sighting(devices: devices)])
        #expect(ledger[0]?.devices.count == 9 && reads("other") == (1...32).reduce(0, +))
        #expect((33...40).allSatisfy { reads("d\($0)") == Int64($0) })
    }

    @Test mutating func `what one within another did on devices is taken from the outer one under its names`() {
        let outer = ControlGroupTree.Folder(path: "/a", number: 1)
        let devices = Dictionary(uniqueKeysWithValues: (1...9).map { ("d\($0)", Int64($0 == 9 ? 5 : 100)) })
        ledger.look([
            Self.sighting("/a/b", number: 2, group: 1, outer: outer, devices: ["d9": 3]), Self.sighting(devices: devices),
        ])
        #expect(reads("d9", of: 1) == 3 && reads("other") == 2 && reads("d1") == 100)
        #expect(ledger[0]?.devices["d9"] == nil)
    }
}

import ApusAgent
import HostTesting
import Testing

/// What processes of groups have used, added up over looks that see what they happen to see.
@Suite struct GroupLedgerTests {
    private static func sighting(
        _ pid: Int32, of parent: Int32 = 1, group: Int = 0, own: Int64, inherited: Int64 = 0, start: UInt64 = 0,
        countsWhole: Bool = true
    ) -> GroupLedger.Sighting {
        // Faults go with the ticks, and each process has some.
        GroupLedger.Sighting(
            pid: pid, startTicks: start, parent: parent, group: group,
            total: ProcessCounts(userTicks: own + inherited, minorFaults: 100 + own + inherited),
            inherited: ProcessCounts(userTicks: inherited, minorFaults: inherited == 0 ? 0 : 100 + inherited),
            countsWhole: countsWhole)
    }

    @Test func `what an ended process had used stays in its group`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 50), Self.sighting(11, own: 7)])
        ledger.look([Self.sighting(10, own: 60)])
        #expect(ledger[0].used.userTicks == 67)
        #expect(ledger[0].started == 2 && ledger[0].ended == 1)
        ledger.look([])
        #expect(ledger[0].used.userTicks == 67)
        #expect(ledger[0].ended == 2)
    }

    @Test func `what a parent of the group takes over is counted once, with what nobody had seen`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 5), Self.sighting(11, of: 10, own: 30)])
        #expect(ledger[0].used.userTicks == 35)
        // It had used 4 more by its end.
        ledger.look([Self.sighting(10, own: 6, inherited: 34)])
        #expect(ledger[0].used.userTicks == 40)
        // A child that began and ended between two looks.
        ledger.look([Self.sighting(10, own: 6, inherited: 39)])
        #expect(ledger[0].used.userTicks == 45)
    }

    @Test func `what a parent of another group takes over stays where it was used`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, group: 0, own: 5), Self.sighting(11, of: 10, group: 1, own: 30)])
        ledger.look([Self.sighting(10, group: 0, own: 5, inherited: 30)])
        #expect(ledger[0].used.userTicks == 5)
        #expect(ledger[1].used.userTicks == 30)
    }

    @Test func `a parent that has not waited takes over nothing`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 5), Self.sighting(11, of: 10, own: 30)])
        ledger.look([Self.sighting(10, own: 9)])
        #expect(ledger[0].used.userTicks == 39)
    }

    @Test func `of a child and a grandchild that end between two looks the grandparent has both`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 20), Self.sighting(12, of: 11, own: 40)])
        #expect(ledger.heirs(of: [11, 12]) == [10])
        ledger.look([Self.sighting(10, own: 1, inherited: 260)])
        // The faults of both are 260 as well, and 200 ticks were used unseen.
        #expect(ledger[0].used.userTicks == 261)
    }

    @Test func `who was there before its group counts from then on, and who changes its group from there`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 1000, countsWhole: false)])
        #expect(ledger[0].used.userTicks == 0)
        ledger.look([Self.sighting(10, own: 1010, countsWhole: false)])
        ledger.look([Self.sighting(10, group: 1, own: 1013)])
        #expect(ledger[0].used.userTicks == 13 && ledger[1].used.userTicks == 0)
        #expect(ledger[0].ended == 1 && ledger[1].started == 1)
        ledger.look([Self.sighting(10, group: 1, own: 1020)])
        #expect(ledger[0].used.userTicks == 13 && ledger[1].used.userTicks == 7)
    }

    @Test func `another process under the same pid is another one`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 50, start: 1)])
        ledger.look([Self.sighting(10, own: 3, start: 2)])
        #expect(ledger[0].used.userTicks == 53)
        #expect(ledger[0].started == 2 && ledger[0].ended == 1)
    }

    /// Processes that start, work, end and are waited for at random, looked at now and then, in two groups.
    @Test(arguments: 0..<200) func `no sum falls or is more than what was used`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var world = World()
        var ledger = GroupLedger()
        var former = [ProcessCounts(), ProcessCounts()]
        for _ in 0..<60 {
            for _ in 0..<Int.random(in: 0..<12, using: &random) { world.step(&random) }
            ledger.look(world.sightings)
            for group in 0...1 {
                let used = ledger[group].used
                #expect(used.userTicks >= former[group].userTicks && used.minorFaults >= former[group].minorFaults)
                former[group] = used
            }
            let all = ledger[0].used.userTicks + ledger[1].used.userTicks
            #expect(all <= world.work, "seed \(seed)")
            // Lost at most is what was used between a last look and an end.
            #expect(all >= world.work - world.unseen, "seed \(seed)")
        }
    }

    /// What the kernel would say.
    private struct World {
        struct Process {
            var parent: Int32
            let group: Int
            var own: Int64 = 0
            var inherited: Int64 = 0
            var inheritedFaults: Int64 = 0
            /// What it has used since the last look.
            var unseen: Int64 = 0
            let waits: Bool
        }

        var processes: [Int32: Process] = [
            2: Process(parent: 1, group: 0, waits: true), 3: Process(parent: 1, group: 1, waits: true),
        ]
        var next: Int32 = 10
        var work: Int64 = 0
        /// What those who have ended had used after the last look.
        var unseen: Int64 = 0

        var sightings: [GroupLedger.Sighting] {
            mutating get {
                for pid in processes.keys { processes[pid]?.unseen = 0 }
                return processes.map { pid, process in
                    GroupLedger.Sighting(
                        pid: pid, startTicks: 0, parent: process.parent, group: process.group,
                        total: ProcessCounts(
                            userTicks: process.own + process.inherited, minorFaults: 1 + process.inheritedFaults),
                        inherited: ProcessCounts(userTicks: process.inherited, minorFaults: process.inheritedFaults),
                        countsWhole: true)
                }
            }
        }

        mutating func step(_ random: inout SeededGenerator) {
            let pids = processes.keys.sorted()
            let pid = pids[Int.random(in: 0..<pids.count, using: &random)]
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let ticks = Int64.random(in: 0..<20, using: &random)
                processes[pid]?.own += ticks
                processes[pid]?.unseen += ticks
                work += ticks
            case 5..<8:
                processes[next] = Process(
                    parent: pid, group: Int.random(in: 0...1, using: &random), waits: Int.random(in: 0..<4, using: &random) > 0)
                next += 1
            default: if pid > 3 { end(pid) }
            }
        }

        private mutating func end(_ pid: Int32) {
            guard let process = processes.removeValue(forKey: pid) else { return }
            for child in processes.keys where processes[child]?.parent == pid { processes[child]?.parent = 1 }
            unseen += process.unseen
            guard processes[process.parent]?.waits == true else { return }
            processes[process.parent]?.inherited += process.own + process.inherited
            processes[process.parent]?.inheritedFaults += 1 + process.inheritedFaults
        }
    }
}

import ApusAgent
import HostTesting
import Testing

/// What processes of groups have used, added up over looks that see what they happen to see.
@Suite struct GroupLedgerTests {
    private static func sighting(
        _ pid: Int32, of parent: Int32 = 1, group: Int = 0, own: Int64, inherited: Int64 = 0, start: UInt64 = 0,
        countsWhole: Bool = true, isWitness: Bool = false
    ) -> GroupLedger.Sighting {
        // Faults go with the ticks, and each process has some.
        var sighting = GroupLedger.Sighting(
            pid: pid, startTicks: start, parent: parent, group: group,
            total: ProcessCounts(userTicks: own + inherited, minorFaults: 100 + own + inherited),
            inherited: ProcessCounts(userTicks: inherited, minorFaults: inherited == 0 ? 0 : 100 + inherited),
            countsWhole: countsWhole)
        sighting.isWitness = isWitness
        return sighting
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

    @Test func `no sum of bytes falls, whoever has waited for what`() {
        func process(_ pid: Int32, of parent: Int32, written: Int64, faults: Int64, inheritedFaults: Int64 = 0)
            -> GroupLedger.Sighting
        {
            GroupLedger.Sighting(
                pid: pid, startTicks: 0, parent: parent, group: 0,
                total: ProcessCounts(minorFaults: faults, writtenBytes: written),
                inherited: ProcessCounts(minorFaults: inheritedFaults), countsWhole: true)
        }
        var ledger = GroupLedger()
        ledger.look([process(10, of: 1, written: 0, faults: 5), process(11, of: 10, written: 1000, faults: 50)])
        #expect(ledger[0].used.writtenBytes == 1000)
        // It has ended, and another one took note of that; its parent has waited for others with as many faults.
        ledger.look([process(10, of: 1, written: 0, faults: 65, inheritedFaults: 60)])
        #expect(ledger[0].used.writtenBytes == 1000)
        ledger.look([
            process(10, of: 1, written: 0, faults: 65, inheritedFaults: 60), process(12, of: 10, written: 1000, faults: 50),
        ])
        // With the faults it was given the bytes, and 4 more of its own.
        ledger.look([process(10, of: 1, written: 1004, faults: 115, inheritedFaults: 110)])
        #expect(ledger[0].used.writtenBytes == 2004)
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

    @Test func `what a process had used before it gave way is counted once when its parent has waited for it`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 7), Self.sighting(11, of: 10, own: 100)])
        ledger.look([Self.sighting(10, own: 7), Self.sighting(11, of: 10, own: 100, isWitness: true)])
        #expect(ledger[0].used.userTicks == 107 && ledger[0].ended == 1 && ledger.isWitness(11))
        // What it uses from then on is of no group.
        ledger.look([Self.sighting(10, own: 7), Self.sighting(11, of: 10, own: 150, isWitness: true)])
        #expect(ledger[0].used.userTicks == 107)
        #expect(ledger.heirs(of: [11]) == [10])
        ledger.look([Self.sighting(10, own: 7, inherited: 150)])
        #expect(ledger[0].used.userTicks == 157 && ledger[0].ended == 1 && !ledger.isWitness(11))
    }

    @Test func `what a child of a witness had used goes up with it, and is counted once`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 20), Self.sighting(12, of: 11, own: 40)])
        let witness = Self.sighting(11, of: 10, own: 20, isWitness: true)
        ledger.look([Self.sighting(10, own: 1), witness, Self.sighting(12, of: 11, own: 40)])
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 20, inherited: 40, isWitness: true)])
        #expect(ledger[0].used.userTicks == 61)
        ledger.look([Self.sighting(10, own: 1, inherited: 60)])
        #expect(ledger[0].used.userTicks == 61)
    }

    @Test func `what goes from one to another by a process of no group counts once`() {
        var ledger = GroupLedger()
        func shell(_ inherited: Int64) -> GroupLedger.Sighting {
            Self.sighting(11, of: 10, own: 5, inherited: inherited, isWitness: true)
        }
        ledger.look([Self.sighting(10, own: 1), shell(0), Self.sighting(12, of: 11, group: 1, own: 40)])
        #expect(ledger.isWitness(11) && ledger[0].used.userTicks == 1 && ledger[0].started == 1)
        ledger.look([Self.sighting(10, own: 1), shell(40)])
        #expect(ledger[0].used.userTicks == 1 && ledger[1].used.userTicks == 40)
        ledger.look([Self.sighting(10, own: 1, inherited: 45)])
        #expect(ledger[0].used.userTicks == 6 && ledger[1].used.userTicks == 40 && ledger[0].ended == 0)
    }

    @Test func `a witness that is another pid's process by now is let go, and one whose parent comes later is not`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 20), Self.sighting(12, of: 9, own: 40)])
        let left = Self.sighting(12, of: 9, own: 40, isWitness: true)
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 20, isWitness: true), left])
        ledger.releaseEmpty()
        #expect(ledger.isWitness(11) && ledger.isWitness(12) && ledger[0].used.userTicks == 61)
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 5, start: 2, isWitness: true), left])
        #expect(ledger[0].used.userTicks == 61)
        // Nothing of the new one has counted.
        ledger.look([Self.sighting(10, own: 1, inherited: 5), left])
        #expect(ledger[0].used.userTicks == 66 && !ledger.isWitness(11))
        ledger.look([Self.sighting(9, own: 1), Self.sighting(10, own: 1, inherited: 5), left])
        ledger.look([Self.sighting(9, own: 1, inherited: 40), Self.sighting(10, own: 1, inherited: 5)])
        #expect(ledger[0].used.userTicks == 67)
    }

    @Test func `a witness that has taken over nothing that counted, and below whom nobody is, is let go`() {
        var ledger = GroupLedger()
        let shells = [Self.sighting(8, own: 3, isWitness: true), Self.sighting(9, of: 8, own: 3, isWitness: true)]
        ledger.look([Self.sighting(10, of: 9, own: 1)], witnesses: shells)
        ledger.releaseEmpty()
        #expect(ledger.isWitness(8) && ledger.isWitness(9))
        // Nobody has waited for it.
        ledger.look([], witnesses: shells)
        ledger.releaseEmpty()
        #expect(ledger.isWitness(8) && !ledger.isWitness(9))
        ledger.releaseEmpty()
        #expect(!ledger.isWitness(8))
    }

    @Test func `a process that had taken over what counted, and joins a group then, does not bring it along`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(11, of: 10, own: 40)], witnesses: [Self.sighting(10, own: 3, isWitness: true)])
        #expect(ledger.heirs(of: [11]) == [10])
        ledger.look([], witnesses: [Self.sighting(10, own: 3, inherited: 40, isWitness: true)])
        ledger.look([Self.sighting(10, own: 4, inherited: 40)])
        #expect(ledger[0].used.userTicks == 44 && ledger[0].started == 2)
    }

    @Test func `what a witness had taken over before the end was seen is known as counted all the same`() {
        var ledger = GroupLedger()
        let child = Self.sighting(12, of: 11, group: 1, own: 40)
        ledger.look([Self.sighting(10, own: 1), child], witnesses: [Self.sighting(11, of: 10, own: 5, isWitness: true)])
        let shell = Self.sighting(11, of: 10, own: 5, inherited: 40, isWitness: true)
        ledger.look([Self.sighting(10, own: 1), child], witnesses: [shell])
        ledger.look([Self.sighting(10, own: 1)], witnesses: [shell])
        ledger.look([Self.sighting(10, own: 1, inherited: 45)])
        #expect(ledger[0].used.userTicks == 6 && ledger[1].used.userTicks == 40)
    }

    @Test func `a witness that belongs to a group again does not count again what had counted`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 20)])
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 20, isWitness: true)])
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, own: 25)])
        #expect(ledger[0].used.userTicks == 26 && ledger[0].started == 3 && !ledger.isWitness(11))
        ledger.look([Self.sighting(10, own: 1, inherited: 25)])
        #expect(ledger[0].used.userTicks == 26)
    }

    @Test func `what counted in a group that gave way does not count again in that of the parent`() {
        var ledger = GroupLedger()
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, group: 1, own: 20)])
        ledger.release([1], witnesses: [11])
        ledger.forget(1)
        ledger.look([Self.sighting(10, own: 1), Self.sighting(11, of: 10, group: 1, own: 20, isWitness: true)])
        #expect(ledger[1].used == ProcessCounts() && ledger[1].ended == 0)
        ledger.look([Self.sighting(10, own: 1, inherited: 20)])
        #expect(ledger[0].used.userTicks == 1 && ledger[1].used == ProcessCounts())
    }

    /// Processes that leave their groups and come back at random beside all that they do else.
    @Test(arguments: 0..<200) func `no sum falls or is more than what was used, whoever leaves and comes back`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var world = World()
        var ledger = GroupLedger()
        var former = [ProcessCounts(), ProcessCounts()]
        var (left, everLeft): (Set<Int32>, Set<Int32>) = ([], [])
        for _ in 0..<60 {
            for _ in 0..<Int.random(in: 0..<12, using: &random) { world.step(&random) }
            for pid in world.processes.keys.sorted() where pid > 3 && Int.random(in: 0..<8, using: &random) == 0 {
                if left.remove(pid) == nil { left.insert(pid) }
                everLeft.insert(pid)
            }
            ledger.look(
                world.sightings.compactMap { sighting in
                    var sighting = GroupLedger.Sighting(
                        pid: sighting.pid, startTicks: 0, parent: sighting.parent, group: sighting.group,
                        total: sighting.total, inherited: sighting.inherited, countsWhole: !everLeft.contains(sighting.pid))
                    sighting.isWitness = left.contains(sighting.pid)
                    return sighting
                })
            for group in 0...1 {
                let used = ledger[group].used
                #expect(used.userTicks >= former[group].userTicks && used.minorFaults >= former[group].minorFaults)
                former[group] = used
            }
            #expect(ledger[0].used.userTicks + ledger[1].used.userTicks <= world.work, "seed \(seed)")
        }
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

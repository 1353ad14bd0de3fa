import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

/// Groups over a simulated kernel: processes start, work, take other names, end and are waited for at random, and another file is read now and
/// then, so that anybody joins or leaves a group at any time, whoever is above and below.
@Suite(.timeLimit(.minutes(20))) struct GroupLineageTests {
    /// How many courses of the world are tried (`APUS_LINEAGE_SEEDS`).
    private static let seeds = ProcessInfo.processInfo.environment["APUS_LINEAGE_SEEDS"].flatMap { UInt64($0) } ?? 100

    @Test func `no sum falls, misses what was seen or is more than what was used, whoever joins and leaves`() throws {
        for seed in 0..<Self.seeds {
            let course = try Course(seed)
            for _ in 0..<20 { try course.step() }
            #expect(course.faults.isEmpty, "seed \(seed): \(course.faults.prefix(2))")
        }
    }

    /// One course of the world with the groups that are watched in it.
    private final class Course {
        /// Both groups, or one alone.
        private static let files = [
            "groups: [{ service: shop, instance: '${n}', match: { command: '^shop(?<n>[01])' }, descendants: false }]",
            "groups: [{ service: shop, instance: '${n}', match: { command: '^shop(?<n>1)' }, descendants: false }]",
        ]

        private let folder: TemporaryFolder
        private let time = TestTime()
        private let groups: ProcessGroups
        private var random: SeededGenerator
        private var world = World()
        private var file = 0
        private var asked: [Int32: Asked] = [:]
        private var former: [String: Int64] = [:]
        /// What processes of a group have used between two looks that both saw them in it, at least.
        private var certain: [String: Int64] = [:]
        private(set) var faults: [String] = []

        /// A process as it was when it was asked whose it is.
        private struct Asked {
            let kind: Int
            let group: String?
            let own: Int64
        }

        init(_ seed: UInt64) throws {
            random = SeededGenerator(seed: seed)
            folder = try TemporaryFolder()
            mkdir(folder.path("proc"), 0o755)
            groups = ProcessGroups(
                try WatchFile.parse(Array(Self.files[0].utf8), path: "watch.yaml"), retention: .seconds(300),
                root: KernelRoot(folder.path(""), ticksPerSecond: 100, pageSize: 4096),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, at: time.now)
        }

        func step() throws {
            for _ in 0..<Int.random(in: 0..<8, using: &random) { world.step(&random, startTicks: startTicks) }
            if Int.random(in: 0..<6, using: &random) == 0 {
                file = 1 - file
                groups.watch(try WatchFile.parse(Array(Self.files[file].utf8), path: "watch.yaml"), at: time.now)
            }
            world.write(to: folder.path(""))
            let isTurn = Int.random(in: 0..<3, using: &random) == 0
            time.pass(.seconds(isTurn ? 15 : 1))
            if isTurn { groups.tick(at: time.now) }
            check(groups.look(at: time.now), isTurn: isTurn)
        }

        /// Clock ticks from boot to now.
        private var startTicks: Int { Int(time.now.sinceBoot / 10_000_000) }

        private func check(_ served: [ProcessGroups.Served], isTurn: Bool) {
            ask(isTurn: isTurn)
            let accounts = Dictionary(uniqueKeysWithValues: served.map { ($0.identity.instance, $0.reading.account) })
            certain = certain.filter { accounts[$0.key] != nil }
            former = former.filter { accounts[$0.key] != nil }
            for (group, account) in accounts {
                let used = account.used.userTicks
                if used < former[group] ?? 0 { faults.append("\(group) falls from \(former[group] ?? 0) to \(used)") }
                if used < certain[group] ?? 0 { faults.append("\(group) has \(used) of \(certain[group] ?? 0)") }
                former[group] = used
            }
            let ticks = accounts.values.reduce(0) { $0 + $1.used.userTicks }
            if ticks > world.work { faults.append("\(ticks) of \(world.work) ticks") }
            let bytes = accounts.values.reduce(0) { $0 + $1.used.readBytes }
            if bytes > world.work * World.bytes { faults.append("\(bytes) of \(world.work * World.bytes) bytes") }
        }

        private func ask(isTurn: Bool) {
            asked = asked.filter { world.processes[$0.key] != nil }
            for (pid, process) in world.processes {
                let before = asked[pid]
                let isAsked = isTurn || before == nil || before?.group != nil && before?.kind != process.kind
                let isIn = process.kind == 1 || process.kind == 0 && file == 0
                let group = isAsked ? isIn ? "\(process.kind)" : nil : before?.group
                if let before, let group, before.group == group { certain[group, default: 0] += process.own - before.own }
                asked[pid] = Asked(kind: isAsked ? process.kind : before?.kind ?? 2, group: group, own: process.own)
            }
        }
    }

    /// What the kernel would say.
    private struct World {
        struct Process: Equatable {
            var parent: Int32
            /// The group by its name; 2: none.
            var kind: Int
            var own: Int64 = 0
            var inherited: Int64 = 0
            var inheritedFaults = 0
            let waits: Bool
            /// Whether those whose parents end below it become its children.
            let adopts: Bool
            let startTicks: Int
        }

        /// Bytes that are read in a clock tick.
        static let bytes: Int64 = 512
        private static let names = ["shop0", "shop1", "sh"]

        private(set) var processes: [Int32: Process] = [
            1: Process(parent: 0, kind: 2, waits: true, adopts: true, startTicks: 1)
        ]
        private var written: [Int32: Process] = [:]
        private var next: Int32 = 5001
        private(set) var work: Int64 = 0

        mutating func step(_ random: inout SeededGenerator, startTicks: Int) {
            let pids = processes.keys.sorted()
            let pid = pids[Int.random(in: 0..<pids.count, using: &random)]
            switch Int.random(in: 0..<20, using: &random) {
            // Who is of no group does nothing, so that all that counts twice is too much.
            case 0..<8 where processes[pid]?.kind != 2:
                let ticks = Int64.random(in: 1..<20, using: &random)
                processes[pid]?.own += ticks
                work += ticks
            case 8..<14 where pids.count < 12:
                processes[next] = Process(
                    parent: pid, kind: Int.random(in: 0...2, using: &random), waits: Int.random(in: 0..<8, using: &random) > 0,
                    adopts: Int.random(in: 0..<4, using: &random) == 0, startTicks: startTicks)
                next += 1
            case 14..<17: processes[pid]?.kind = Int.random(in: 0...2, using: &random)
            case 17..<20 where pid > 1: end(pid)
            default: break
            }
        }

        private mutating func end(_ pid: Int32) {
            guard let process = processes.removeValue(forKey: pid) else { return }
            var heir = process.parent
            while let one = processes[heir], !one.adopts { heir = one.parent }
            for child in processes.keys where processes[child]?.parent == pid { processes[child]?.parent = heir }
            guard processes[process.parent]?.waits == true else { return }
            processes[process.parent]?.inherited += process.own + process.inherited
            processes[process.parent]?.inheritedFaults += 1 + process.inheritedFaults
        }

        /// Has the tree say it: what groups read and no more, as there are many courses.
        mutating func write(to root: String) {
            for pid in written.keys where processes[pid] == nil {
                Self.write("", to: "\(root)/proc/\(pid)/stat")
                for file in ["stat", "io", "cmdline", "comm", "cgroup"] { unlink("\(root)/proc/\(pid)/\(file)") }
                rmdir("\(root)/proc/\(pid)")
            }
            for (pid, process) in processes where written[pid] != process {
                let base = "\(root)/proc/\(pid)"
                let name = Self.names[process.kind]
                if written[pid] == nil {
                    mkdir(base, 0o755)
                    Self.write("0::/one.service\n", to: "\(base)/cgroup")
                }
                Self.write(
                    "\(pid) (\(name)) S \(process.parent) 1 1 0 -1 4194304 1 \(process.inheritedFaults) 0 0 \(process.own) 0 "
                        + "\(process.inherited) 0 20 0 1 0 \(process.startTicks) 1048576 10 18446744073709551615\(Self.rest)\n",
                    to: "\(base)/stat")
                let bytes = (process.own + process.inherited) * Self.bytes
                Self.write("rchar: 1\nwchar: 2\nread_bytes: \(bytes)\nwrite_bytes: 0\n", to: "\(base)/io")
                guard written[pid]?.kind != process.kind else { continue }
                Self.write("\(name)\n", to: "\(base)/comm")
                Self.write("\(name)\0", to: "\(base)/cmdline")
            }
            written = processes
        }

        private static let rest = String(repeating: " 0", count: 9)

        /// In place: a descriptor that is open on the file reads the new text.
        private static func write(_ text: String, to path: String) {
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
            let bytes = Array(text.utf8)
            #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
            close(file)
        }
    }
}

import AgentMetrics
import ApusAgent
import Dispatch
import Foundation
import Glibc
import HostTesting
import Testing

/// Processes that come to a group after those below them, with processes of no group in between.
@Suite(.timeLimit(.minutes(3))) struct LateMemberTests {
    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    /// How a master comes to the group of its worker.
    enum Way: String, CaseIterable {
        case name
        case pidFile
        case reload
    }

    private func process(
        _ pid: Int32, of parent: Int32, _ command: String, own: Int, inherited: Int = 0, faults: Int = 0, start: Int = 329_000
    ) -> FixtureHost.Process {
        .init(
            pid: pid, parent: parent, name: command.hasPrefix("shop") ? "shop" : "sh", command: command, userTicks: own,
            childrenUserTicks: inherited, minorFaults: 20, childrenMinorFaults: faults, startTicks: start + Int(pid))
    }

    private func file(_ yaml: String) throws -> WatchFile { try WatchFile.parse(Array(yaml.utf8), path: "watch.yaml") }

    private func shop(_ groups: ProcessGroups) -> GroupReading? { host.look(groups).first?.reading }

    /// - Parameter isEarly: whether the worker has ended before the master comes.
    @Test(arguments: Way.allCases, [false, true])
    func `what a worker had used counts once when its shell hands it to a master that came later`(_ way: Way, _ isEarly: Bool)
        throws
    {
        let number = host.folder.path("master.pid")
        try host.folder.write("4700\n", to: "master.pid")
        func watched(_ command: String) -> String {
            "groups: [{ service: shop, match: [{ command: '\(command)' }, { pid_file: '\(number)' }], descendants: false }]"
        }
        let groups = try host.groups(watched("^shop"))
        var master = process(4801, of: 1, "master", own: 1)
        try host.put(master, process(4802, of: 4801, "sh", own: 2), process(4803, of: 4802, "shop worker", own: 40))
        for _ in 0..<3 { host.turn(groups) }
        #expect(shop(groups)?.account.used.userTicks == 40)
        func end() throws {
            try host.remove(4803)
            try host.put(process(4802, of: 4801, "sh", own: 2, inherited: 40, faults: 20))
            #expect(shop(groups)?.account.used.userTicks == 40)
        }
        if isEarly { try end() }
        switch way {
        case .name:
            master = process(4801, of: 1, "shop master", own: 1)
            try host.put(master)
        case .pidFile: try host.folder.write("4801\n", to: "master.pid")
        case .reload: groups.watch(try file(watched("^shop|^master")), at: host.time.now)
        }
        host.turn(groups)
        #expect(shop(groups)?.processes == (isEarly ? 1 : 2) && shop(groups)?.account.used.userTicks == 40)
        if !isEarly { try end() }
        try host.remove(4802)
        (master.childrenUserTicks, master.childrenMinorFaults) = (42, 40)
        try host.put(master)
        // What the shell had used itself comes with the master, which has waited for it.
        #expect(shop(groups)?.account.used.userTicks == 42)
        host.turn(groups)
        #expect(shop(groups)?.account.used.userTicks == 42)
    }

    @Test func `what a worker had used that ends while it is asked counts once when its master has waited for it`() throws {
        let groups = try host.groups("groups: [{ service: shop, match: { command: '^shop' } }]")
        let master = process(4801, of: 1, "shop", own: 1)
        try host.put(master)
        for _ in 0..<2 { host.turn(groups) }
        // It comes between turns, so that it is asked again at the next.
        let start = Int(host.time.now.sinceBoot / 10_000_000)
        try host.put(process(4802, of: 4801, "shop", own: 40, start: start))
        let before = try #require(shop(groups)?.account.used.userTicks)
        let comm = host.folder.path("host/proc/4802/comm")
        try FileManager.default.removeItem(atPath: comm)
        try #require(mkfifo(comm, 0o600) == 0)
        let isDone = DispatchSemaphore(value: 0)
        Thread { [host] in
            // Waits for the agent to ask.
            let writer = open(comm, O_WRONLY)
            try? host.remove(4802)
            var parent = master
            (parent.childrenUserTicks, parent.childrenMinorFaults) = (40, 20)
            try? host.put(parent)
            close(writer)
            isDone.signal()
        }.start()
        host.turn(groups)
        isDone.wait()
        for _ in 0..<2 { #expect(shop(groups)?.account.used.userTicks == before) }
        #expect(shop(groups)?.processes == 1)
    }

    @Test func `a shell that becomes the program of a group does not bring along what has counted`() throws {
        let groups = try host.groups("groups: [{ service: shop, match: { command: '^shop' }, descendants: false }]")
        host.turn(groups)
        // It began after the turn, so that all that it has used counts.
        let start = Int(host.time.now.sinceBoot / 10_000_000)
        try host.put(
            process(4801, of: 1, "sh", own: 2, start: start), process(4802, of: 4801, "shop tool", own: 40, start: start))
        #expect(shop(groups)?.account.used.userTicks == 40)
        try host.remove(4802)
        try host.put(process(4801, of: 1, "sh", own: 2, inherited: 40, faults: 20, start: start))
        #expect(shop(groups)?.account.used.userTicks == 40)
        try host.put(process(4801, of: 1, "shop", own: 3, inherited: 40, faults: 20, start: start))
        host.turn(groups)
        #expect(shop(groups)?.processes == 1 && shop(groups)?.account.used.userTicks == 43)
    }

    /// - Parameter isDoubted: whether it comes at a look that is no turn, as it reports under the group's name.
    @Test(arguments: [false, true])
    func `shells for which there was no place have one when somebody above them comes to a group, and no more than there are`(
        isDoubted: Bool
    ) throws {
        let (chains, places) = (12, 8)
        let groups = ProcessGroups(
            try file("groups: [{ service: shop, match: { command: '^shop' }, descendants: false }]"), retention: .seconds(300),
            root: host.root, mostWitnesses: places, logger: host.log.logger, at: host.time.now)
        let warning =
            "what processes had used that left their groups, or that others hand on, may count again with their parents: \(places) are the most that are looked at for it; match processes by what does not change, such as unit or executable"
        try host.put(process(4801, of: 1, "master", own: 1))
        for chain in 0..<Int32(chains) {
            try host.put(
                process(5000 + 2 * chain, of: 4801, "sh", own: 0),
                process(5001 + 2 * chain, of: 5000 + 2 * chain, "shop", own: 40))
        }
        for _ in 0..<2 { host.turn(groups) }
        #expect(shop(groups)?.account.used.userTicks == Int64(40 * chains))
        #expect(host.log.lines(warning).isEmpty)
        try host.put(process(4801, of: 1, "shop master", own: 1))
        if isDoubted {
            let shop = InstanceIdentity(service: "shop", instance: "shop")
            #expect(groups.holding(of: shop, ReportPeer(pid: 4801, uid: 0), at: host.time.now) == .own)
        }
        host.turn(groups)
        #expect(shop(groups)?.processes == chains + 1)
        #expect(host.log.lines(warning).count == 1)
        for pid in 5000..<Int32(5000 + 2 * chains) { try host.remove(pid) }
        try host.put(process(4801, of: 1, "shop master", own: 1, inherited: 40 * chains, faults: 40 * chains))
        #expect(shop(groups)?.account.used.userTicks == Int64(40 * (chains + chains - places)))
    }
}

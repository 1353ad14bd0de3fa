import AgentMetrics
import ApusAgent
import ApusLimits
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

/// What reading sockets may take, and who is left out for it.
@Suite(.timeLimit(.minutes(3))) struct SocketBudgetTests {
    private func groups(_ yaml: String, within budget: Duration, _ host: FixtureHost) throws -> ProcessGroups {
        ProcessGroups(
            try WatchFile.parse(Array(yaml.utf8), path: "watch.yaml"), retention: .seconds(300), root: host.root,
            sockets: SocketSurvey(
                budget, each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
                list: { SocketList([]) }),
            logger: host.log.logger, at: host.time.now)
    }

    @Test func `a process for whose descriptors there is never time leaves its group without, which is counted and said once`()
        throws
    {
        let host = try SocketExample.host()
        let dear = try groups(SocketExample.nginx, within: .microseconds(4), host)
        for _ in 0..<3 {
            host.time.pass(.seconds(15))
            #expect(SocketExample.figures(dear, host) == nil)
            #expect(Array(dear.socketGaps.values) == [.budget, .budget])
        }
        let line =
            "the sockets of a process are never read: it alone takes more than there is of --socket-budget; give more, or match it by "
            + "unit or cgroup alone"
        #expect(host.log.lines(line).count == 1)
        let cheap = try groups(SocketExample.nginx, within: .milliseconds(100), host)
        #expect(SocketExample.figures(cheap, host) != nil)
        #expect(cheap.socketGaps.isEmpty)
    }

    @Test func `who has grown past the descriptors that are looked at has no sockets, and not those of before`() throws {
        let host = try FixtureHost(sockets: [SocketExample.listening])
        try host.put(.init(pid: 5001))
        try host.open(71, by: 5001)
        try host.open(71, by: 4711)
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let groups = try host.groups(SocketExample.nginx)
        var subject = try host.host()
        subject.countSocketGaps(of: host.table, groups)
        let exposition = host.exposition(subject)
        let series = #"service_process_sockets{service="worker",instance="worker-1",protocol="tcp",state="listen"}"#
        #expect(SocketExample.figures(groups, host)?.count(of: .tcp, in: .listen) == 1)
        #expect(exposition.samples[series] == "1")
        for pid in [4711, 5001] as [Int32] { fill(pid, host) }
        host.time.pass(.seconds(15))
        #expect(SocketExample.figures(groups, host) == nil)
        _ = exposition.samples
        let samples = exposition.samples
        #expect(samples[series] == nil)
        #expect(samples[#"apus_agent_unread_socket_processes{reason="descriptors"}"#] == "2")
        #expect(samples[#"apus_agent_unread_socket_processes{reason="held"}"#] == "0")
    }

    /// Gives a process more descriptors: by default more than are looked at.
    private func fill(_ pid: Int32, _ host: FixtureHost, upTo last: Int = SamplingLimits.socketDescriptors.value) {
        let folder = host.folder.path("host/proc/\(pid)/fd")
        for number in 4...last { close(creat("\(folder)/\(number)", 0o600)) }
    }

    @Test func `a process that reports and is in a group is counted once`() throws {
        let host = try FixtureHost(sockets: [SocketExample.listening])
        try host.put(.init(pid: 5001))
        try host.open(71, by: 5001)
        fill(5001, host)
        try host.report(FixtureHost.worker, pid: 5001, connection: 1)
        let groups = try host.groups(SocketExample.nginx)
        var subject = try host.host()
        subject.countSocketGaps(of: host.table, groups)
        host.table.tick(at: host.time.now)
        _ = SocketExample.figures(groups, host)
        let exposition = host.exposition(subject)
        _ = exposition.samples
        host.time.pass(.seconds(1))
        #expect(groups.socketGaps == [5001: .descriptors] && host.table.socketGaps == [5001: .descriptors])
        #expect(exposition.samples[#"apus_agent_unread_socket_processes{reason="descriptors"}"#] == "1")
    }

    @Test(arguments: [
        (SocketGap.descriptors, SamplingLimits.socketDescriptors.value, 1000, 262_144), (.budget, 12_000, 1, 262_144),
        (.held, 4, 1000, 0),
    ])
    func `a group of control groups has what was made there, whyever the descriptors of its processes are not read`(
        gap: SocketGap, descriptors: Int, milliseconds: Int, mostHeld: Int
    ) throws {
        let host = try FixtureHost()
        let place = "\(host.root.controlGroups)/system.slice/nginx.service"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        var status = stat()
        try #require(stat(place, &status) == 0)
        let made = KernelSocket(
            inode: 71, controlGroup: UInt64(status.st_ino), kind: .tcp, state: .listening, queue: 1, limit: 4)
        try host.put(.init(pid: 5001))
        try host.open(71, by: 5001)
        fill(5001, host, upTo: descriptors)
        let yaml = "groups: [{ service: web, match: { cgroup: '/system.slice/nginx.service' } }]"
        let groups = ProcessGroups(
            try WatchFile.parse(Array(yaml.utf8), path: "watch.yaml"), retention: .seconds(300), root: host.root,
            sockets: SocketSurvey(
                .milliseconds(milliseconds), each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
                mostHeld: mostHeld, list: { SocketList([made]) }),
            logger: host.log.logger, at: host.time.now)
        for _ in 0..<2 {
            host.time.pass(.seconds(15))
            #expect(SocketExample.figures(groups, host)?.count(of: .tcp, in: .listen) == 1)
            #expect(groups.socketGaps == [5001: gap])
        }
    }

    @Test func `who was left out beside others is read again once there is room`() throws {
        let host = try FixtureHost(sockets: [])
        let few = KernelSocket(inode: 81, kind: .udp, state: .other)
        let survey = SocketSurvey(
            .seconds(1), each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger, mostHeld: 5,
            list: { SocketList([SocketExample.listening, SocketExample.connected, few]) })
        try host.put(.init(pid: 5001), .init(pid: 5002, command: "other"))
        try host.open(71, 73, 74, 75, by: 5001)
        try host.open(81, 82, 83, by: 5002)
        let groups = ProcessGroups(
            try WatchFile.parse(
                Array(
                    "groups: [{ service: web, match: { command: 'nginx:.*' } }, { service: zoo, match: { command: other } }]"
                        .utf8),
                path: "watch.yaml"),
            retention: .seconds(300), root: host.root, sockets: survey, logger: host.log.logger, at: host.time.now)
        func turn() -> [SocketFigures?] {
            host.time.pass(.seconds(15))
            groups.tick(at: host.time.now)
            return groups.look(at: host.time.now).map(\.reading.sockets)
        }
        for _ in 0..<3 {
            let both = turn()
            #expect(both.map { $0 == nil } == [true, false])
            #expect(Array(groups.socketGaps.values) == [.held])
        }
        // The other one has ended.
        try host.remove(5002)
        _ = turn()
        #expect(turn().first??.count(of: .tcp, in: .established) == 1)
        #expect(groups.socketGaps.isEmpty)
        let line =
            "the sockets of a process are left out: all together are more than 262144, and it has most; watch fewer of the processes "
            + "that share many sockets"
        #expect(host.log.lines(line) == [["pid": "5001"]])
    }

    /// Processes with namespaces of their own, of which each has one socket.
    private func namespaces(_ pids: Range<Int32>, _ host: FixtureHost) throws {
        for pid in pids {
            try host.put(.init(pid: pid, command: "nginx: \(pid)"))
            try host.open(71, by: pid)
            try FileManager.default.createDirectory(
                atPath: host.folder.path("host/proc/\(pid)/net"), withIntermediateDirectories: true)
            try host.folder.write("", to: "host/proc/\(pid)/net/tcp")
        }
    }

    private static let byNumber = "groups: [{ service: web, instance: 'web-${n}', match: { command: 'nginx: (?<n>.*)' } }]"

    private func groups(
        _ budget: Duration, _ host: FixtureHost, _ other: @escaping @Sendable (String, Int) throws -> SocketList
    ) throws -> ProcessGroups {
        ProcessGroups(
            try WatchFile.parse(Array(Self.byNumber.utf8), path: "watch.yaml"), retention: .seconds(300), root: host.root,
            sockets: SocketSurvey(
                budget, each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
                list: { SocketList([SocketExample.listening]) }, listOther: other),
            logger: host.log.logger, at: host.time.now)
    }

    @Test func `the agent's own network namespace has its place beside as many others as are listed`() throws {
        let host = try FixtureHost()
        let most = SamplingLimits.namespaces.value
        try namespaces(6000..<6000 + Int32(most) + 8, host)
        try host.put(.init(pid: 7000, command: "nginx: own"))
        try host.open(71, by: 7000)
        let groups = try groups(.seconds(10), host) { _, _ in SocketList([SocketExample.listening]) }
        groups.tick(at: host.time.now)
        let served = groups.look(at: host.time.now)
        #expect(served.first { $0.identity.instance == "web-own" }?.reading.sockets?.count(of: .tcp, in: .listen) == 1)
        #expect(served.count { $0.reading.sockets != nil } == most + 1)
        #expect(Array(groups.socketGaps.values) == Array(repeating: .namespace, count: 8))
    }

    /// Of this thread.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    @Test func `other network namespaces are listed in turn, in half of the budget`() throws {
        let host = try FixtureHost()
        try namespaces(6000..<6012, host)
        let lists = Mutex<[String: Int]>([:])
        let groups = try groups(.milliseconds(8), host) { folder, longest in
            #expect(longest < SamplingLimits.namespaceList.value.bytes)
            lists.withLock { $0[folder, default: 0] += 1 }
            // Some milliseconds of the processor.
            let end = Self.processorTime() + .milliseconds(3)
            while Self.processorTime() < end {}
            return SocketList([SocketExample.listening])
        }
        var known: [Int] = []
        for _ in 0..<16 {
            let before = lists.withLock { $0.values.reduce(0, +) }
            host.time.pass(.seconds(15))
            groups.tick(at: host.time.now)
            known.append(groups.look(at: host.time.now).count { $0.reading.sockets != nil })
            // The first says what a list takes.
            #expect(lists.withLock { $0.values.reduce(0, +) } - before <= 2)
        }
        #expect(known.first ?? 12 < 12 && known == known.sorted(), "\(known)")
        #expect(known.last == 12, "\(known)")
        #expect(lists.withLock { ($0.values.max() ?? 0) - ($0.values.min() ?? 0) } <= 1)
    }

    @Test func `sockets that are too many to be listed are said to be, with the remedy for that`() throws {
        let host = try SocketExample.host()
        let survey = SocketSurvey(
            .seconds(1), each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
            list: { throw LinuxError.read(path: "netlink", code: ENOBUFS) })
        let groups = ProcessGroups(
            try WatchFile.parse(Array(SocketExample.nginx.utf8), path: "watch.yaml"), retention: .seconds(300), root: host.root,
            sockets: survey, logger: host.log.logger, at: host.time.now)
        #expect(SocketExample.figures(groups, host) == nil)
        #expect(
            host.log.lines("the machine has more sockets than 65536, and none are served; leave --socket-budget away").count
                == 1)
        #expect(groups.socketGaps.isEmpty)
    }

    @Test func `sockets that cannot be listed are absent, and the log says so once`() throws {
        let host = try SocketExample.host()
        let survey = SocketSurvey(
            .seconds(1), each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
            list: { throw LinuxError.open(path: "netlink", code: EAFNOSUPPORT) })
        let groups = ProcessGroups(
            try WatchFile.parse(Array(SocketExample.nginx.utf8), path: "watch.yaml"), retention: .seconds(300), root: host.root,
            sockets: survey, logger: host.log.logger, at: host.time.now)
        for _ in 0..<3 {
            host.time.pass(.seconds(15))
            #expect(SocketExample.figures(groups, host) == nil)
        }
        let line =
            "the machine's sockets cannot be listed, and none are served; allow the agent AF_NETLINK, or leave --socket-budget away"
        #expect(
            host.log.lines(line).map { $0["fault"] } == [
                "netlink: cannot be opened: Address family not supported by protocol"
            ])
    }

    @Test func `all are read in turn where there is not time for all at once`() throws {
        let host = try FixtureHost()
        var process = FixtureHost.Process(pid: 6000)
        process.openFiles = 100
        for pid in 6000..<6012 as Range<Int32> {
            process.pid = pid
            process.command = "nginx: worker \(pid)"
            try host.put(process)
        }
        let groups = try groups(
            "groups: [{ service: web, instance: 'web-${n}', match: { command: 'worker (?<n>6...)' } }]",
            within: .microseconds(500), host)
        var known: [Int] = []
        for _ in 0..<12 {
            host.time.pass(.seconds(15))
            groups.tick(at: host.time.now)
            known.append(groups.look(at: host.time.now).count { $0.reading.sockets != nil })
        }
        #expect(known.first ?? 12 < 12 && known.last == 12, "\(known)")
        #expect(known == known.sorted())
    }

    @Test func `without a budget no descriptor is looked at`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        #expect(!host.exposition(try host.host()).samples.keys.contains { $0.hasPrefix("service_process_sockets") })
        #expect(SocketSurvey(.zero, each: .seconds(15), work: host.work) == nil)
    }
}

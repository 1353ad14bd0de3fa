import AgentMetrics
import ApusAgent
import ApusLimits
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

/// Lists of other network namespaces and control groups that change while there is not time for all.
@Suite(.timeLimit(.minutes(3))) struct SocketTurnsTests {
    private static let nginx = "groups: [{ service: web, match: { executable: nginx } }]"
    private static let below = "groups: [{ service: web, match: { cgroup: '/system.slice/nginx.service' } }]"

    private static func listening(_ inode: Int, in group: UInt64? = nil) -> KernelSocket {
        KernelSocket(inode: UInt64(inode), controlGroup: group, kind: .tcp, state: .listening, queue: 1, limit: 4)
    }

    /// Has the processor work for so long.
    private static func work(_ duration: Duration) {
        func time() -> Duration {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        let end = time() + duration
        while time() < end {}
    }

    private func groups(_ yaml: String, _ host: FixtureHost, _ survey: SocketSurvey?) throws -> ProcessGroups {
        ProcessGroups(
            try WatchFile.parse(Array(yaml.utf8), path: "watch.yaml"), retention: .seconds(300), root: host.root,
            sockets: survey, logger: host.log.logger, at: host.time.now)
    }

    private func turn(_ groups: ProcessGroups, _ host: FixtureHost) -> SocketFigures? {
        host.time.pass(.seconds(15))
        groups.tick(at: host.time.now)
        return groups.look(at: host.time.now).first?.reading.sockets
    }

    private func enterNamespace(_ pid: Int32, _ host: FixtureHost) throws {
        try FileManager.default.createDirectory(
            atPath: host.folder.path("host/proc/\(pid)/net"), withIntermediateDirectories: true)
        try host.folder.write("", to: "host/proc/\(pid)/net/tcp")
    }

    // MARK: - Lists

    @Test func `a long list of another network namespace that grows is listed anew`() throws {
        let host = try FixtureHost()
        try host.put(.init(pid: 5001))
        try enterNamespace(5001, host)
        try host.open(900, by: 5001)
        let most = Mutex(600)
        let survey = SocketSurvey(
            .milliseconds(20), each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
            list: { SocketList([]) },
            listOther: { _, _ in
                let count = most.withLock { $0 }
                Self.work(.nanoseconds(1500 * count))
                return SocketList((1...count).map { Self.listening($0) })
            })
        let groups = try groups(Self.nginx, host, survey)
        #expect(turn(groups, host)?.count(of: .tcp, in: .listen) == 0)
        most.withLock { $0 = 900 }
        _ = turn(groups, host)
        #expect(turn(groups, host)?.count(of: .tcp, in: .listen) == 1)
        #expect(groups.socketGaps.isEmpty)
    }

    @Test func `reporting processes have their namespaces listed in turn, whatever the order in which they are read`() throws {
        let lists = Mutex<[String: Int]>([:])
        let host = try FixtureHost.surveying { root, work in
            SocketSurvey(
                .milliseconds(8), each: .seconds(15), root: root, work: work, list: { SocketList([]) },
                listOther: { folder, _ in
                    lists.withLock { $0[folder, default: 0] += 1 }
                    Self.work(.milliseconds(3))
                    return SocketList([Self.listening(71)])
                })
        }
        for pid in [4711, 4712] as [Int32] {
            try enterNamespace(pid, host)
            try host.open(71, by: pid)
        }
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        try host.report(FixtureHost.api, pid: 4712, connection: 2)
        let exposition = host.exposition(try host.host())
        func turns(_ count: Int) {
            for _ in 0..<count {
                host.time.pass(.seconds(15))
                host.table.tick(at: host.time.now)
                _ = exposition.samples
            }
        }
        // Until what a list takes is known.
        turns(12)
        lists.withLock { $0 = [:] }
        turns(8)
        let counts = lists.withLock { $0.values.sorted() }
        #expect(counts.count == 2 && (counts.last ?? 8) - (counts.first ?? 0) <= 1, "\(counts)")
        let samples = exposition.samples
        for labels in [#"service="worker",instance="worker-1""#, #"service="api",instance="api-1""#] {
            #expect(samples["service_process_sockets{\(labels),protocol=\"tcp\",state=\"listen\"}"] == "1")
        }
    }

    @Test func `a list that cannot be read stands for a while, which is said, and a process that ended in between is no fault`()
        throws
    {
        let host = try FixtureHost()
        try host.put(.init(pid: 5001))
        try enterNamespace(5001, host)
        try host.open(71, by: 5001)
        let code = Mutex<Int32?>(nil)
        let survey = SocketSurvey(
            .seconds(1), each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
            list: { SocketList([]) },
            listOther: { folder, _ in
                if let code = code.withLock({ $0 }) { throw LinuxError.open(path: "\(folder)/net/tcp", code: code) }
                return SocketList([Self.listening(71)])
            })
        let groups = try groups(Self.nginx, host, survey)
        let line =
            "the sockets of a process in another network namespace cannot be listed; let the agent read the net folder of the process, and have enough descriptors (LimitNOFILE=)"
        #expect(turn(groups, host)?.count(of: .tcp, in: .listen) == 1)
        for (fault, lines) in [(ENOENT, 0), (EMFILE, 1)] {
            code.withLock { $0 = fault }
            #expect(turn(groups, host)?.count(of: .tcp, in: .listen) == 1)
            #expect(groups.socketGaps.isEmpty && host.log.lines(line).count == lines)
        }
        for _ in 0..<4 { _ = turn(groups, host) }
        #expect(turn(groups, host) == nil)
        #expect(Array(groups.socketGaps.values) == [.namespace] && host.log.lines(line).count == 1)
        code.withLock { $0 = nil }
        #expect(turn(groups, host)?.count(of: .tcp, in: .listen) == 1)
        #expect(groups.socketGaps.isEmpty)
        // Only this one is about its length.
        code.withLock { $0 = EFBIG }
        #expect(turn(groups, host) == nil)
        #expect(Array(groups.socketGaps.values) == [.namespace])
    }

    // MARK: - Control groups

    /// Makes control groups below that of nginx.
    ///
    /// - Returns: the number of the last.
    private func make(_ numbers: ClosedRange<Int>, _ host: FixtureHost) throws -> UInt64 {
        var status = stat()
        for number in numbers {
            let place = "\(host.root.controlGroups)/system.slice/nginx.service/n\(number)"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try #require(stat(place, &status) == 0)
        }
        return UInt64(status.st_ino)
    }

    @Test func `a control group that comes below many others is found`() throws {
        let host = try FixtureHost()
        try host.put(.init(pid: 5001))
        _ = try make(1...40, host)
        let made = Mutex<[KernelSocket]>([])
        let survey = SocketSurvey(
            .milliseconds(5), each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
            list: { SocketList(made.withLock { $0 }) })
        let groups = try groups(Self.below, host, survey)
        for _ in 0..<2 { #expect(turn(groups, host)?.count(of: .tcp, in: .listen) == 0) }
        let last = try make(41...41, host)
        made.withLock { $0 = [Self.listening(71, in: last)] }
        _ = turn(groups, host)
        #expect(turn(groups, host)?.count(of: .tcp, in: .listen) == 1)
    }

    @Test func `more control groups than are looked for are a gap, where descriptors are not read`() throws {
        let host = try FixtureHost()
        try host.put(.init(pid: 5001))
        try host.open(71, by: 5001)
        let last = try make(1...300, host)
        func survey(mostHeld: Int) -> SocketSurvey? {
            SocketSurvey(
                .seconds(1), each: .seconds(15), root: host.root, work: host.work, logger: host.log.logger,
                mostHeld: mostHeld, list: { SocketList([Self.listening(71, in: last)]) })
        }
        let cut = try groups(Self.below, host, survey(mostHeld: 0))
        for _ in 0..<2 {
            #expect(turn(cut, host) == nil)
            #expect(Array(cut.socketGaps.values) == [.controlGroups])
        }
        #expect(
            host.log.lines(
                "the sockets of a process are not known: its descriptors are not read, and there are more control groups below its own than "
                    + "are looked for, 256 or what a quarter of --socket-budget allows; give more, or match by cgroup those below"
            ).count == 1)
        let read = try groups(Self.below, host, survey(mostHeld: 5))
        #expect(turn(read, host)?.count(of: .tcp, in: .listen) == 1)
        #expect(read.socketGaps.isEmpty)
    }
}

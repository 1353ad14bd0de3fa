import AgentMetrics
import ApusAgent
import ApusJournal
import ApusLinux
import ApusMetrics
import ApusSegment
import ApusSystemd
import Foundation
import Glibc
import HostTesting
import Logging
import Synchronization

/// A whole agent over the captured tree in `Fixtures/host`, without a socket, a thread or a clock of the system.
///
/// A copy of the tree is read, so that a test can let a process go on: files are written over in place, as the kernel's change.
final class FixtureHost: Sendable {
    static let worker = InstanceIdentity(service: "worker", instance: "worker-1")
    static let api = InstanceIdentity(service: "api", instance: "api-1")
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path()

    let folder: TemporaryFolder
    let root: KernelRoot
    let time: TestTime
    let table: InstanceTable
    let work: AgentWork
    let log = RecordedLog()
    let configuration: AgentConfiguration
    /// Where segments outlive the agent, if anywhere.
    let store: SegmentStore?
    private let writers = Mutex<[SegmentWriter]>([])

    /// The sockets of the machine, where they are given.
    let survey: SocketSurvey?

    /// A host whose reporting processes have their sockets found so.
    static func surveying(by survey: (KernelRoot, AgentWork) -> SocketSurvey?) throws -> FixtureHost {
        try FixtureHost(notifier: nil, survey: survey) { _ in }
    }

    /// A host with other files.
    ///
    /// - Parameter change: is given the folder of the tree, before anything of it is read.
    static func changed(_ change: (_ folder: String) throws -> Void) throws -> FixtureHost {
        try FixtureHost(notifier: nil, survey: { _, _ in nil }, prepare: change) { _ in }
    }

    convenience init(
        notifier: ServiceNotifier? = nil, sockets: [KernelSocket]? = nil,
        _ change: (inout AgentConfiguration) -> Void = { _ in }
    ) throws {
        try self.init(
            notifier: notifier,
            survey: { root, work in
                // What readings cost is not told by a clock of the test.
                sockets.flatMap { sockets in
                    SocketSurvey(.seconds(1), each: .seconds(15), root: root, work: work, list: { SocketList(sockets) })
                }
            }, change)
    }

    private init(
        notifier: ServiceNotifier?, survey make: (KernelRoot, AgentWork) -> SocketSurvey?,
        prepare: (_ folder: String) throws -> Void = { _ in }, _ change: (inout AgentConfiguration) -> Void
    ) throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: "\(Self.fixtures)/host", toPath: folder.path("host"))
        try prepare(folder.path("host"))
        root = KernelRoot(folder.path("host"), ticksPerSecond: 100, pageSize: 4096)
        time = TestTime()
        var configuration = AgentConfiguration()
        change(&configuration)
        self.configuration = configuration
        work = AgentWork(at: time.now)
        store = notifier.map { [work, log] in SegmentStore(notifier: $0, work: work, logger: log.logger) }
        survey = make(root, AgentWork(at: time.now))
        table = InstanceTable(configuration: configuration, root: root, store: store, sockets: survey, at: time.now)
    }

    /// Has descriptors of a process, from the third on, be sockets with these inodes.
    func open(_ sockets: Int..., by pid: Int32) throws {
        for (place, inode) in sockets.enumerated() {
            let path = folder.path("host/proc/\(pid)/fd/\(3 + place)")
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "socket:[\(inode)]")
        }
    }

    /// The host as the agent's sources see it, with nothing but the agent's own process.
    func host() throws -> HostSubject {
        HostSubject(
            process: try WatchedProcess(pid: 4713, root: root), root: root, work: work,
            instances: { [table] in table.instances.count })
    }

    func exposition(_ host: HostSubject, groups: GroupTable? = nil) -> Exposition {
        Exposition(
            table: table, groups: groups, host: host, configuration: configuration, clock: time.clock, logger: log.logger)
    }

    /// A process of the tree reports.
    @discardableResult
    func report(
        _ identity: InstanceIdentity, pid: Int32, uid: UInt32 = 1000, connection: Int, seriesLimit: Int = 8,
        _ record: (SegmentWriter) -> Void = { _ in }
    ) throws -> KnownInstance {
        let writer = try SegmentWriter(seriesLimit: seriesLimit, drops: ServiceState.droppedFamilySeries.family)
        record(writer)
        beat(writer)
        writers.withLock { $0.append(writer) }
        let hello = try Hello(service: identity.service, instance: identity.instance)
        return try table.admit(
            hello, from: ReportPeer(pid: pid, uid: uid), descriptor: writer.descriptor, connection: connection, at: time.now
        ).instance
    }

    /// Gives a sign of life at the test's time.
    func beat(_ writer: SegmentWriter) {
        var heartbeat = time.now.monotonic
        _ = pwrite(writer.descriptor, &heartbeat, 8, off_t(SegmentLayout.Header.heartbeat))
    }

    /// Writes over a file of the tree in place: a descriptor that is open on it reads the new text.
    func overwrite(_ path: String, with text: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: folder.path("host/\(path)")))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    /// The process 4711 goes on: more CPU time, less memory.
    func goOn() throws {
        try overwrite("proc/4711/stat", with: String(contentsOfFile: "\(Self.fixtures)/worker-1.later", encoding: .utf8))
    }

    /// The kernel has a process as a zombie: it has ended.
    func end(_ pid: Int32) throws {
        let stat = try folder.read("host/proc/\(pid)/stat")
        try overwrite("proc/\(pid)/stat", with: stat.replacing(") S ", with: ") Z "))
    }
}

extension FixtureHost {
    /// The host with all that can be given to it.
    func wholeHost() throws -> HostSubject {
        let state = try JournalState(encoded: Array(Data(contentsOf: URL(filePath: "\(Self.fixtures)/journal.state"))))
        let pattern = try JournalPattern(
            family: MetricFamily(
                name: "logins_total", kind: .counter, help: "Logins.", labelNames: ["method"]), matches: [],
            expression: "Accepted (?<method>\\w+)", valueGroup: nil)
        var subject = try host()
        subject.journals = { now in
            [
                FollowedJournal(
                    counts: state.counts, isOpen: true, isAtEnd: false, age: 2.75, newest: now.realtime - 4.5,
                    files: JournalFileFigures(read: 41, damaged: 42, unreadable: 43, excess: 44))
            ]
        }
        subject.patterns = [pattern]
        subject.units = { _ in
            WatchedUnits(snapshot: Self.units, age: 3.25, expected: ["apus-worker@worker-1.service", "gone.service"])
        }
        subject.droppedLogs = { 23 }
        return subject
    }

    private static let units: UnitSnapshot = {
        var worker = UnitState(
            name: "apus-worker@worker-1.service", loadState: "loaded", activeState: "active", subState: "running")
        worker.stateChange = 1_764_003_300
        worker.activeSince = 1_764_003_299
        worker.startedAt = 1_764_003_297
        worker.restarts = 19
        worker.mainPID = 4711
        worker.watchdog = 30
        worker.watchdogPing = 1_764_007_190
        worker.memoryBytes = 21_344_256
        worker.tasks = 16
        worker.result = "success"
        worker.tasksLimit = 512
        worker.cpuSeconds = 18.25
        var nginx = UnitState(name: "nginx.service", loadState: "loaded", activeState: "failed", subState: "failed")
        nginx.result = "exit-code"
        nginx.exit = UnitExit(cause: .exited, status: 203)
        func active(_ name: String, _ subState: String, _ change: (inout UnitState) -> Void) -> UnitState {
            var unit = UnitState(name: name, loadState: "loaded", activeState: "active", subState: subState)
            change(&unit)
            return unit
        }
        var forgotten = UnitState(
            name: "forgotten.service", loadState: "loaded", activeState: "inactive", subState: "dead")
        forgotten.stateChange = 1_764_000_951
        var snapshot = UnitSnapshot()
        snapshot.units = [
            worker, UnitState(name: "gone.service", loadState: "not-found", activeState: "inactive", subState: "dead"), nginx,
            forgotten,
            active("stuck.timer", "waiting") { $0.timer = TimerState(nextTrigger: 1_764_000_900) },
            active("forgotten.timer", "running") {
                $0.timer = TimerState(nextTrigger: 1_764_000_950, unit: "forgotten.service")
            },
            active("backup.timer", "waiting") {
                $0.timer = TimerState(lastTrigger: 1_763_990_000.5, nextTrigger: 1_764_090_000, nextMonotonic: 9e9)
            },
            active("ftp.socket", "listening") {
                $0.socket = AcceptedConnections(accepted: 811, refused: 812, connections: 813)
            },
            active("-.mount", "mounted") { $0.mount = MountState(path: "/", type: "ext4") },
            active("home.mount", "mounted") { $0.mount = MountState(path: "/home", type: "") },
            active("srv-a\\x2db.mount", "mounted") { $0.mount = MountState(path: "/srv/a-b", type: "nfs4") },
        ]
        snapshot.isUp = true
        snapshot.calls = 77
        for (count, reason) in zip((14 as UInt64)..., BusErrorReason.allCases) { snapshot.errors[reason] = count }
        return snapshot
    }()
}

/// Clocks that a test sets.
final class TestTime: Sendable {
    static let start = Moment(
        monotonic: 5_000_000_000_000, sinceBoot: 7_200_000_000_000, realtime: 1_764_007_200)
    /// Nanoseconds since the start.
    private let passed = Mutex<UInt64>(0)
    private let step = Mutex<Double>(0)
    private let measured = Mutex<UInt64>(0)

    var now: Moment {
        let passed = passed.withLock { $0 }
        return Moment(
            monotonic: Self.start.monotonic + passed, sinceBoot: Self.start.sinceBoot + passed,
            realtime: Self.start.realtime + Double(passed) / 1e9 + step.withLock { $0 })
    }

    /// Somebody sets the clock that people read.
    func step(_ seconds: Double) { step.withLock { $0 += seconds } }

    func pass(_ duration: Duration) { passed.withLock { $0 += UInt64(duration / .nanoseconds(1)) } }

    /// The stopwatch goes on by 37 µs each time that it is looked at.
    var clock: AgentClock {
        AgentClock(
            now: { self.now },
            stopwatch: {
                self.measured.withLock { measured in
                    measured += 37_000
                    return measured
                }
            })
    }
}

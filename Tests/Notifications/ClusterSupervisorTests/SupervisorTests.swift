import ClusterSupervisor
import Glibc
import HostTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A supervised fleet` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `a killed child is started again, after its exit was handled`() async throws {
        let handled = Mutex<[(pid: Int32, exit: ChildExit)]>([])
        let fleet = try RunningFleet(
            [
                [
                    .shell("worker", wellBehaved) { end in
                        // Did the restart not wait for this, nothing would have been handled when the second process starts.
                        try? await Task.sleep(for: .milliseconds(200))
                        handled.withLock { $0.append((end.pid, end.exit)) }
                    }
                ]
            ], in: folder)
        try await fleet.waitUntilUp()
        let first = try await fleet.pids(of: "worker", count: 1)[0]
        kill(first, SIGKILL)
        let second = try await fleet.pids(of: "worker", count: 2)[1]
        #expect(handled.withLock { $0.map(\.pid) } == [first])
        #expect(handled.withLock { $0.map(\.exit) } == [.signalled(SIGKILL)])
        #expect(isRunning(second))
        try await eventually("ready again") { fleet.supervisor.status.first?.state == .ready }
        let status = try #require(fleet.supervisor.status.first)
        #expect(status.pid == second)
        #expect(status.restarts == 1)
        #expect(status.lastExit == .signalled(SIGKILL))
        try await fleet.shutDown()
        #expect(!isRunning(second))
        #expect(handled.withLock { $0.map(\.pid) } == [first, second])
    }

    @Test func `a child that ends with code 0 without being asked is started again`() async throws {
        let fleet = try RunningFleet([[.shell("once", "exit 0")]], in: folder)
        _ = try await fleet.pids(of: "once", count: 2)
        try await fleet.shutDown()
    }

    @Test func `a child that crashes again and again is parked, and the others go on`() async throws {
        let policy = RestartPolicy(initialDelay: .milliseconds(1), jitter: 0, crashLimit: 4)
        let fleet = try RunningFleet(
            [[.shell("broken", "exit 3", restart: policy), .shell("sound", wellBehaved)]], in: folder)
        try await eventually("parked") { fleet.supervisor.status[0].state == .parked }
        #expect(try await fleet.pids(of: "broken", count: 4).count == 4)
        #expect(fleet.kinds(of: "broken").last == .parked(crashes: 4, window: policy.crashWindow, retry: policy.parkedRetry))
        #expect(fleet.supervisor.status[0].lastExit == .exited(code: 3))
        #expect(fleet.supervisor.status[1].state == .ready)
        try await fleet.shutDown()
    }

    @Test func `a stage starts when the one before is ready, and stops in the reverse order`() async throws {
        let marker = folder.path("ready")
        let slow = ReadinessCheck(interval: .milliseconds(5)) { access(marker, F_OK) == 0 }
        // Each takes a moment to stop, so that a stop of all at once would end in another order.
        let lingering = "trap 'sleep 0.1; exit 0' TERM; while :; do sleep 0.02; done"
        let fleet = try RunningFleet(
            [
                [.shell("agent", "sleep 0.2; : > \(marker); \(lingering)", readiness: slow)],
                [.shell("api", lingering)], [.shell("worker", lingering)],
            ], in: folder)
        try await fleet.waitUntilUp()
        let started = fleet.events.filter { if case .started = $0.kind { true } else { $0.kind == .ready } }
        #expect(started.map(\.child) == ["agent", "agent", "api", "api", "worker", "worker"])
        try await fleet.shutDown()
        let stopped = fleet.events.filter { if case .exited(_, _, asked: true) = $0.kind { true } else { false } }
        #expect(stopped.map(\.child) == ["worker", "api", "agent"])
        #expect(fleet.supervisor.status.allSatisfy { $0.state == .stopped && $0.pid == nil })
    }

    @Test func `cancellation stops in order too`() async throws {
        let lingering = "trap 'sleep 0.1; exit 0' TERM; while :; do sleep 0.02; done"
        let fleet = try RunningFleet([[.shell("first", lingering)], [.shell("second", lingering)]], in: folder)
        try await fleet.waitUntilUp()
        await fleet.cancel()
        let exits = fleet.events.compactMap { event -> String? in
            if case .exited = event.kind { event.child } else { nil }
        }
        #expect(exits == ["second", "first"])
    }

    @Test func `a child that ignores SIGTERM is killed after its grace, with what it started`() async throws {
        let script = "trap '' TERM; sleep 1000 & echo $! > \(folder.path("grandchild")); while :; do sleep 0.02; done"
        let fleet = try RunningFleet([[.shell("deaf", script, stopGrace: .milliseconds(300))]], in: folder)
        let folder = folder
        try await eventually("the grandchild runs") { folder.words(of: "grandchild") != nil }
        let grandchild = try #require(folder.words(of: "grandchild")?.first.flatMap { Int32($0) })
        #expect(isRunning(grandchild))
        let elapsed = try await ContinuousClock().measure { try await fleet.shutDown() }
        #expect(elapsed >= .milliseconds(300))
        #expect(fleet.supervisor.status.first?.lastExit == .signalled(SIGKILL))
        try await eventually("the grandchild is gone") { !isRunning(grandchild) }
    }

    @Test func `what a crashed child started goes with it`() async throws {
        let script = "sleep 1000 & echo $! > \(folder.path("grandchild")); wait"
        let fleet = try RunningFleet([[.shell("leader", script, restart: .never)]], in: folder)
        let folder = folder
        try await eventually("the grandchild runs") { folder.words(of: "grandchild") != nil }
        let grandchild = try #require(folder.words(of: "grandchild")?.first.flatMap { Int32($0) })
        kill(try await fleet.pids(of: "leader", count: 1)[0], SIGKILL)
        try await eventually("the grandchild is gone") { !isRunning(grandchild) }
        try await eventually("it is down for good") { fleet.supervisor.status.first?.state == .stopped }
        try await fleet.shutDown()
    }

    @Test func `a shutdown while the fleet comes up stops what runs and starts no more`() async throws {
        let never = ReadinessCheck(deadline: .seconds(60)) { false }
        let fleet = try RunningFleet(
            [[.shell("agent", wellBehaved, readiness: never)], [.shell("api", wellBehaved)]], in: folder)
        let pid = try await fleet.pids(of: "agent", count: 1)[0]
        try await fleet.shutDown()
        #expect(!isRunning(pid))
        #expect(fleet.kinds(of: "api").isEmpty)
    }

    @Test func `a shutdown during a restart delay does not wait for it`() async throws {
        let patient = RestartPolicy(initialDelay: .seconds(3600))
        let fleet = try RunningFleet([[.shell("worker", "exit 1", restart: patient)]], in: folder)
        try await eventually("it waits") { fleet.supervisor.status.first?.state == .waitingToRestart }
        try await fleet.shutDown()
        #expect(fleet.supervisor.status.first?.state == .stopped)
    }

    @Test func `children are in process groups of their own, which Ctrl-C does not reach`() async throws {
        let fleet = try RunningFleet([[.shell("worker", wellBehaved)]], in: folder)
        let pid = try await fleet.pids(of: "worker", count: 1)[0]
        #expect(getpgid(pid) == pid)
        #expect(getpgid(pid) != getpgrp())
        try await fleet.shutDown()
    }

    @Test func `two children of one name are refused`() {
        #expect(throws: SupervisorError.duplicateChild(name: "worker")) {
            _ = try RunningFleet([[.shell("worker", wellBehaved)], [.shell("worker", wellBehaved)]], in: folder)
        }
    }
}

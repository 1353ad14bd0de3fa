import ClusterSupervisor
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A child in trouble` {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `that is parked is tried again slowly, and comes back once its cause is gone`() async throws {
        let policy = RestartPolicy(
            initialDelay: .milliseconds(1), jitter: 0, crashLimit: 3, parkedRetry: .milliseconds(300))
        let cause = folder.path("cause")
        let script = "test -e \(cause) && \(wellBehaved); exit 3"
        let fleet = try RunningFleet([[.shell("worker", script, restart: policy)]], in: folder)
        try await eventually("parked") { fleet.supervisor.status[0].state == .parked }
        try Data().write(to: URL(fileURLWithPath: cause))
        try await eventually("it is back") {
            fleet.supervisor.status[0].state == .ready && fleet.supervisor.status[0].pid != nil
                && fleet.kinds(of: "worker").count > 12
        }
        try await fleet.shutDown()
    }

    @Test func `that hangs is ended, told with the reason, and started again`() async throws {
        let hangs = Mutex(true)
        let liveness = LivenessCheck(interval: .milliseconds(20), patience: .milliseconds(200)) {
            hangs.withLock { $0 } ? .hung(reason: "it waits for nothing") : .works
        }
        let fleet = try RunningFleet(
            [[.shell("worker", wellBehaved, stopGrace: .milliseconds(200), liveness: liveness)]], in: folder)
        let first = try await fleet.pids(of: "worker", count: 1)[0]
        kill(first, SIGSTOP)
        let second = try await fleet.pids(of: "worker", count: 2)[1]
        hangs.withLock { $0 = false }
        #expect(second != first)
        #expect(fleet.kinds(of: "worker").contains(.hung(reason: "it waits for nothing")))
        try await fleet.shutDown()
    }

    @Test func `that nobody can judge, or that hangs for a moment, is left alone`() async throws {
        let answers = Mutex(0)
        let liveness = LivenessCheck(interval: .milliseconds(10), patience: .milliseconds(100)) {
            answers.withLock { count in
                count += 1
                return count.isMultiple(of: 3) ? .unknown : .hung(reason: "for a moment")
            }
        }
        let fleet = try RunningFleet([[.shell("worker", wellBehaved, liveness: liveness)]], in: folder)
        try await eventually("it was asked often") { answers.withLock { $0 } > 40 }
        #expect(try await fleet.pids(of: "worker", count: 1).count == 1)
        try await fleet.shutDown()
    }

    @Test func `has a name of its own for each start, which it finds in its environment`() async throws {
        let ends = Mutex<[ChildEnd]>([])
        let child = ChildSpecification.shell(
            "worker", "echo $APUS_START >> \(folder.path("starts"))", startVariable: "APUS_START",
            onExit: { end in ends.withLock { $0.append(end) } })
        let fleet = try RunningFleet([[child]], in: folder)
        try await eventually("two ends") { ends.withLock { $0.count } >= 2 }
        try await fleet.shutDown()
        let told = try String(contentsOfFile: folder.path("starts"), encoding: .utf8).split(separator: "\n").map(String.init)
        let known = ends.withLock { $0.map(\.start) }
        #expect(Array(told.prefix(2)) == Array(known.prefix(2)))
        #expect(Set(known).count == known.count)
    }

    @Test func `that writes much has its log rotated while it writes on`() async throws {
        let lines = "echo before; while :; do echo line; sleep 0.01; done"
        let fleet = try RunningFleet([[.shell("writer", lines)]], in: folder)
        try await fleet.waitUntilUp()
        let log = folder.path("logs/writer.log")
        func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        try await eventually("it has written") { text(log).contains("line") }
        fleet.supervisor.rotateLogs()
        #expect(text(log + ".1").hasPrefix("before"))
        try await eventually("it writes on") { text(log).hasPrefix("line") }
        #expect(!text(log).contains("before"))
        try await fleet.shutDown()
    }
}

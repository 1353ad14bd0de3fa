import ClusterSupervisor
import Foundation
import Glibc
import HostTesting
import Logging
import ServiceLifecycle
import Synchronization

/// A supervisor that runs in a service group, as in the executables, with its events at hand.
final class RunningFleet: Sendable {
    let supervisor: Supervisor
    private let group: ServiceGroup
    private let task: Task<Void, any Error>
    private let log: EventLog

    init(_ stages: [[ChildSpecification]], in folder: TemporaryFolder) throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let log = EventLog()
        let supervisor = try Supervisor(
            stages: stages, logFolder: folder.path("logs"), logger: logger, onEvent: { log.append($0) }, onUp: { log.up() })
        let group = ServiceGroup(services: [supervisor], logger: logger)
        self.supervisor = supervisor
        self.group = group
        self.log = log
        task = Task { try await group.run() }
    }

    /// The events so far.
    var events: [ChildEvent] { log.snapshot.events }

    func kinds(of child: String) -> [ChildEvent.Kind] { events.filter { $0.child == child }.map(\.kind) }

    func waitUntilUp() async throws { try await eventually("the fleet is up") { self.log.snapshot.isUp } }

    /// The pids under which a child was started, in order, once there are so many.
    func pids(of child: String, count: Int) async throws -> [Int32] {
        try await eventually("\(child) was started \(count) times") { self.startedPids(of: child).count >= count }
        return startedPids(of: child)
    }

    private func startedPids(of child: String) -> [Int32] {
        kinds(of: child).compactMap { if case .started(let pid) = $0 { pid } else { nil } }
    }

    /// Ends the fleet as SIGTERM would, and waits for the end.
    func shutDown() async throws {
        await group.triggerGracefulShutdown()
        try await task.value
    }

    /// Ends the fleet as the failure of another service of the group would.
    func cancel() async {
        task.cancel()
        _ = await task.result
    }

    /// The result of a fleet that ends by itself.
    var result: Result<Void, any Error> { get async { await task.result } }
}

/// Events in the order in which the supervisor told of them.
final class EventLog: Sendable {
    struct Snapshot {
        var events: [ChildEvent] = []
        var isUp = false
    }

    private let state = Mutex(Snapshot())

    var snapshot: Snapshot { state.withLock { $0 } }
    func append(_ event: ChildEvent) { state.withLock { $0.events.append(event) } }
    func up() { state.withLock { $0.isUp = true } }
}

extension TemporaryFolder {
    /// The words of a file in this folder, once all of it is there: nil while it does not end with a newline.
    func words(of name: String) -> [String]? {
        guard let text = try? read(name), text.hasSuffix("\n") else { return nil }
        return text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// The text of any file; nil when it cannot be read.
    static func contents(of path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}

struct MissingValue: Error, CustomStringConvertible {
    let description: String
}

/// True while the process exists and is no zombie.
func isRunning(_ pid: Int32) -> Bool {
    guard let stat = TemporaryFolder.contents(of: "/proc/\(pid)/stat"), let name = stat.lastIndex(of: ")") else { return false }
    return stat[name...].dropFirst(2).first != "Z"
}

extension ChildSpecification {
    /// A child that runs a shell script, restarted at once and without jitter unless told otherwise.
    static func shell(
        _ name: String, _ script: String, readiness: ReadinessCheck? = nil, stopGrace: Duration = .seconds(10),
        restart: RestartPolicy = RestartPolicy(initialDelay: .milliseconds(10), jitter: 0),
        liveness: LivenessCheck? = nil, startVariable: String? = nil,
        onExit: @escaping @Sendable (ChildEnd) async -> Void = { _ in }
    ) -> ChildSpecification {
        ChildSpecification(
            name: name, executable: "/bin/sh", arguments: ["-c", script], readiness: readiness, liveness: liveness,
            stopGrace: stopGrace, restart: restart, startVariable: startVariable, onExit: onExit)
    }
}

/// Ends at the lifeline's end of file or at SIGTERM, as a well-behaved child does.
let wellBehaved = "exec cat"

import ApusLinux
import ApusSegment
import CLinux
import MetricCatalog
import Synchronization

/// All instances that the agent knows, by service and instance.
///
/// The table's own lock is held only to find or list instances; readings happen under each instance's lock.
final class InstanceTable: Sendable {
    private let configuration: AgentConfiguration
    private let state: Mutex<[InstanceKey: Instance]>
    /// Judges all instances by the same rule.
    let hangs: HangJudge

    init(configuration: AgentConfiguration) {
        self.configuration = configuration
        let hangs = HangJudge(after: configuration.hungAfter)
        self.hangs = hangs
        let expected = configuration.expected.map { ($0, Instance(key: $0, expected: true, hangs: hangs)) }
        state = Mutex(Dictionary(expected, uniquingKeysWith: { first, _ in first }))
    }

    /// All instances, sorted by service and instance.
    var instances: [Instance] {
        state.withLock { $0.values.sorted { $0.key < $1.key } }
    }

    /// Takes on a process that has introduced itself.
    ///
    /// - Parameters:
    ///   - descriptor: the segment's; stays the caller's to close.
    ///   - pid: from the kernel.
    ///   - connection: a number that no other connection has.
    /// - Throws: ``Refusal``.
    func admit(_ hello: Hello, pid: Int32, descriptor: Int32, connection: Int) throws(Refusal) -> Instance {
        // Checked before an instance is made of it: what is refused leaves no trace.
        do { _ = try SegmentReader(descriptor: descriptor) } catch { throw Refusal(.segment, error.description) }
        let source: ProcessSource
        let first: ProcessSample
        do {
            source = try ProcessSource(pid: pid)
            first = try source.sample()
        } catch {
            throw Refusal(.hello, "the process cannot be watched: \(error.description)")
        }
        let key = InstanceKey(service: hello.service, instance: hello.instance)
        let instance = try find(key)
        if let living = instance.livingPid, living != pid {
            throw Refusal(.limit, "\(key) is reported by process \(living), which lives: give this one another name")
        }
        let interval = UInt64(max(1, configuration.interval / .nanoseconds(1)))
        do {
            try instance.attach(source, first: first, segment: descriptor, connection: connection, interval: interval)
        } catch { throw Refusal(.segment, error.description) }
        return instance
    }

    private func find(_ key: InstanceKey) throws(Refusal) -> Instance {
        let found: Instance? = state.withLock { instances in
            if let known = instances[key] { return known }
            guard instances.count < configuration.instanceLimit else { return nil }
            let instance = Instance(key: key, expected: false, hangs: hangs)
            instances[key] = instance
            return instance
        }
        guard let found else { throw Refusal(.limit, "the agent knows \(configuration.instanceLimit) instances already") }
        return found
    }

    /// Forgets instances that ended long enough ago and are not expected.
    func expire() {
        let retention = UInt64(max(0, configuration.retention / .nanoseconds(1)))
        state.withLock { instances in
            instances = instances.filter { !$0.value.hasExpired(retention: retention) }
        }
    }
}

/// A report turned away: the reason to count and the words to send back.
struct Refusal: Error {
    let reason: RefusalReason
    let message: String

    init(_ reason: RefusalReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

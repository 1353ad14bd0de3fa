import ApusLinux
import ApusSegment
import CLinux
import AgentMetrics
import Synchronization

/// All instances that the agent knows, by service and instance.
///
/// The table's own lock is held only to find or list instances; readings happen under each instance's lock.
final class InstanceTable: Sendable {
    private let configuration: AgentConfiguration
    private let state: Mutex<[InstanceIdentity: Instance]>
    /// Judges all instances by the same rule.
    let hangs: HangJudge
    private let store: SegmentStore?

    /// - Parameter store: where segments outlive the agent, if anywhere.
    init(configuration: AgentConfiguration, store: SegmentStore? = nil) {
        self.configuration = configuration
        self.store = store
        hangs = HangJudge(after: configuration.hungAfter)
        state = Mutex([:])
    }

    /// Nanoseconds.
    private var interval: UInt64 { UInt64(max(1, configuration.interval / .nanoseconds(1))) }

    /// Expects these instances and no others. One that has never reported and is not expected is forgotten at once.
    func expect(_ keys: Set<InstanceIdentity>) {
        state.withLock { instances in
            for key in keys where instances[key] == nil { instances[key] = Instance(key: key, hangs: hangs) }
            for (key, instance) in instances { instance.expect(keys.contains(key)) }
        }
        expire()
    }

    /// Serves again what an earlier run of the agent left: its process is watched where it is still the one of then, and otherwise
    /// the instance is down with its last counts.
    ///
    /// - Parameter segment: stays the caller's to close.
    /// - Throws: ``Refusal``; nothing is changed then.
    func restore(_ stored: StoredInstance, segment: Int32) throws(Refusal) {
        let key = stored.record.key
        do { _ = try SegmentReader(descriptor: segment) } catch { throw Refusal(.segment, error.description) }
        let instance = try find(key)
        guard !instance.hasReported else { throw Refusal(.limit, "\(key) is there already, as a later name has it") }
        do { try instance.restore(stored, segment: segment, interval: interval) } catch {
            throw Refusal(.segment, error.description)
        }
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
        let key = InstanceIdentity(service: hello.service, instance: hello.instance)
        let instance = try find(key)
        if let living = instance.livingPid, living != pid {
            throw Refusal(.limit, "\(key) is reported by process \(living), which lives: give this one another name")
        }
        do {
            try instance.attach(source, first: first, segment: descriptor, connection: connection, interval: interval)
        } catch { throw Refusal(.segment, error.description) }
        // It may have been forgotten as one that never reported, just before it did.
        state.withLock { if $0[key] == nil { $0[key] = instance } }
        if let store {
            let record = InstanceRecord(key: key, pid: pid, startTicks: source.startTicks)
            instance.keep(record, segment: descriptor, in: store)
        }
        return instance
    }

    private func find(_ key: InstanceIdentity) throws(Refusal) -> Instance {
        let found: Instance? = state.withLock { instances in
            if let known = instances[key] { return known }
            guard instances.count < configuration.instanceLimit else { return nil }
            let instance = Instance(key: key, hangs: hangs)
            instances[key] = instance
            return instance
        }
        guard let found else { throw Refusal(.limit, "the agent knows \(configuration.instanceLimit) instances already") }
        return found
    }

    /// Forgets instances that ended long enough ago and are not expected.
    func expire() {
        let retention = UInt64(max(0, configuration.retention / .nanoseconds(1)))
        let expired = state.withLock { instances in
            let expired = instances.filter { $0.value.hasExpired(retention: retention) }
            for key in expired.keys { instances[key] = nil }
            return expired
        }
        guard let store else { return }
        for instance in expired.values { instance.leave(store) }
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

package import AgentMetrics
package import ApusLinux
package import ApusSegment
import Synchronization

/// All instances that the agent knows, by service and instance.
///
/// The table's own lock is held only to find or list instances; readings happen under each instance's lock.
package final class InstanceTable: Sendable {
    private let configuration: AgentConfiguration
    private let rules: KnownInstance.Rules
    private let state: Mutex<[InstanceIdentity: KnownInstance]>
    private let store: SegmentStore?

    /// The sources that are read of each instance.
    var sources: SourceSelection<InstanceSubject> { rules.sources }

    /// - Parameter now: when the agent began to run: only time in which it did is evidence against a service.
    package convenience init(configuration: AgentConfiguration, root: KernelRoot = .live, at now: Moment) {
        self.init(configuration: configuration, root: root, store: nil, at: now)
    }

    /// - Parameter store: where segments outlive the agent, if anywhere.
    init(configuration: AgentConfiguration, root: KernelRoot, store: SegmentStore?, at now: Moment) {
        self.configuration = configuration
        self.store = store
        rules = KnownInstance.Rules(
            hangs: HangJudge(after: configuration.hungAfter, at: now.monotonic),
            sources: SourceSelection(configuration.sources),
            interval: UInt64(max(1, configuration.interval / .nanoseconds(1))), seriesLimit: configuration.seriesLimit,
            root: root)
        state = Mutex([:])
    }

    /// Expects these instances and no others. One that has never reported and is not expected is forgotten at once.
    package func expect(_ identities: Set<InstanceIdentity>, at now: Moment) {
        state.withLock { instances in
            for identity in identities where instances[identity] == nil {
                instances[identity] = KnownInstance(identity, rules, at: now)
            }
            for (identity, instance) in instances { instance.expect(identities.contains(identity)) }
        }
        expire(at: now)
    }

    /// Serves again what an earlier run of the agent left: its process is watched where it is still the one of then, and otherwise
    /// the instance is down with its last counts.
    ///
    /// - Parameter segment: stays the caller's to close.
    /// - Throws: ``Refusal``; nothing is changed then.
    func restore(_ stored: StoredInstance, segment: Int32, at now: Moment) throws(Refusal) {
        let identity = stored.record.identity
        do { _ = try SegmentReader(descriptor: segment) } catch { throw Refusal(.segment, error.description) }
        let instance = try find(identity, at: now)
        guard !instance.hasReported else { throw Refusal(.limit, "\(identity) is there already, as a later name has it") }
        do { try instance.restore(stored, segment: segment, at: now) } catch {
            throw Refusal(.segment, error.description)
        }
    }

    /// All instances, sorted by service and instance.
    package var instances: [KnownInstance] {
        state.withLock { $0.values.sorted { $0.identity < $1.identity } }
    }

    /// How many instances there are.
    var count: Int { state.withLock { $0.count } }

    /// Takes on a process that has introduced itself.
    ///
    /// - Parameters:
    ///   - pid: from the kernel.
    ///   - descriptor: the segment's; stays the caller's to close.
    ///   - connection: a number that no other connection has.
    /// - Throws: ``Refusal``.
    package func admit(
        _ hello: Hello, pid: Int32, descriptor: Int32, connection: Int, at now: Moment
    ) throws(Refusal) -> KnownInstance {
        // Checked before an instance is made of it: what is refused leaves no trace.
        do { _ = try SegmentReader(descriptor: descriptor) } catch { throw Refusal(.segment, error.description) }
        let process: WatchedProcess
        do {
            process = try WatchedProcess(pid: pid, root: rules.root)
            _ = try process.sample(at: now.monotonic)
        } catch {
            throw Refusal(.hello, "the process cannot be watched: \(error.description)")
        }
        let identity = InstanceIdentity(service: hello.service, instance: hello.instance)
        let instance = try find(identity, at: now)
        if let living = instance.livingPid, living != pid {
            throw Refusal(.limit, "\(identity) is reported by process \(living), which lives: give this one another name")
        }
        do {
            try instance.attach(process, segment: descriptor, connection: connection, at: now)
        } catch { throw Refusal(.segment, error.description) }
        // It may have been forgotten as one that never reported, just before it did.
        state.withLock { if $0[identity] == nil { $0[identity] = instance } }
        if let store {
            let record = InstanceRecord(identity: identity, pid: pid, startTicks: process.startTicks)
            instance.keep(record, segment: descriptor, in: store)
        }
        return instance
    }

    private func find(_ identity: InstanceIdentity, at now: Moment) throws(Refusal) -> KnownInstance {
        let found: KnownInstance? = state.withLock { instances in
            if let known = instances[identity] { return known }
            guard instances.count < configuration.instanceLimit else { return nil }
            let instance = KnownInstance(identity, rules, at: now)
            instances[identity] = instance
            return instance
        }
        guard let found else { throw Refusal(.limit, "the agent knows \(configuration.instanceLimit) instances already") }
        return found
    }

    /// A turn of the sampling loop: every instance is sampled, and what has expired is forgotten.
    package func tick(at now: Moment) {
        for instance in instances { instance.tick(at: now) }
        expire(at: now)
    }

    /// Takes note that the agent runs, which is to be told every second: only time in which it did is evidence of a hang.
    package func turnHangs(at now: Moment) { rules.hangs.turn(at: now.monotonic) }

    /// Forgets instances that ended long enough ago and are not expected.
    private func expire(at now: Moment) {
        let retention = UInt64(max(0, configuration.retention / .nanoseconds(1)))
        let expired = state.withLock { instances in
            let expired = instances.filter { $0.value.hasExpired(retention: retention, at: now) }
            for identity in expired.keys { instances[identity] = nil }
            return expired
        }
        guard let store else { return }
        for instance in expired.values { instance.leave(store) }
    }
}

/// A report turned away: the reason to count and the words to send back.
package struct Refusal: Error {
    package let reason: RefusalReason
    package let message: String

    init(_ reason: RefusalReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

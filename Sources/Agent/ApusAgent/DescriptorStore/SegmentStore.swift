import AgentMetrics
import ApusSegment
import CLinux
import ApusSystemd
import Glibc
import Logging
import Synchronization

/// Lets the service manager keep the segments of all instances, so that they outlive the agent (sd_notify(3), FDSTORE=1).
///
/// The manager tells nobody what it keeps, and drops what is past FileDescriptorStoreMax=: an instance that is not kept is served
/// again when it reports again.
final class SegmentStore: Sendable {
    private let notifier: ServiceNotifier
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// The number of the last name that was given.
        var number: UInt64 = 0
        var hasFailed = false
    }

    init(notifier: ServiceNotifier, logger: Logger) {
        self.notifier = notifier
        self.logger = logger
    }

    private static let prefix = "instance-"
    /// Names of marks: `taking-7` is kept by the manager while `instance-7` is taken back.
    private static let markPrefix = "taking-"
    /// The mark over all of them, two messages however many there are; only an agent that finds one gives each its own.
    private static let markOfAll = "taking-all"

    /// - Parameter segment: stays the caller's to close; the manager gets a copy.
    /// - Returns: nil when the manager could not be told.
    func keep(_ record: InstanceRecord, segment: Int32) -> StoredInstance? {
        let name = state.withLock { state in
            state.number += 1
            return "\(Self.prefix)\(state.number)"
        }
        guard let identity = FileIdentity(segment),
            let stored = StoredInstance(name: name, record: record, segment: identity)
        else { return nil }
        return stored.withDescriptor({ send([.storeDescriptors(name: name)], [$0, segment]) }) ? stored : nil
    }

    /// Has the manager forget an instance that has left, or whose place another segment has taken.
    func remove(_ stored: StoredInstance) { _ = send([.removeDescriptors(name: stored.name)], []) }

    /// Whether the manager was told; what is wrong is logged once.
    private func send(_ states: [NotifyState], _ descriptors: [Int32]) -> Bool {
        do {
            try notifier.send(states, descriptors: descriptors)
            state.withLock { $0.hasFailed = false }
            return true
        } catch {
            let isNews = state.withLock { state in
                defer { state.hasFailed = true }
                return !state.hasFailed
            }
            if isNews {
                logger.warning("segments do not outlive a restart of the agent", metadata: ["reason": "\(error)"])
            }
            return false
        }
    }

    /// Serves again what the manager has kept of an earlier run. What is not as this class leaves it is let go, and so is what an
    /// earlier run has died of: the manager keeps a mark while they are taken back, read to their ends and written once. An agent that
    /// finds the mark of an earlier run takes each back under a mark of its own, so that a second death tells which one it was.
    ///
    /// - Parameters:
    ///   - passed: owned from here on.
    ///   - work: counts what is let go because of a mark.
    func takeBack(_ passed: [ActivationSocket], into table: InstanceTable, work: AgentWork, at now: Moment) {
        let marks = passed.filter { $0.name.hasPrefix(Self.markPrefix) }
        let suspects = Set(marks.map { Self.prefix + $0.name.dropFirst(Self.markPrefix.count) })
        let byName = Dictionary(grouping: passed.filter { !$0.name.hasPrefix(Self.markPrefix) }, by: \.name)
            .map { (name: $0.key, descriptors: $0.value.map(\.descriptor)) }
        let numbered = byName.map { (number: Self.number($0.name), kept: $0) }
        state.withLock { state in state.number = numbered.compactMap(\.number).max() ?? 0 }
        var count = 0
        // The newest first: of two that are of one instance, the other is what an agent had no time to remove.
        let isCareful = !marks.isEmpty
        let mark = isCareful || passed.isEmpty ? nil : putMark(Self.markOfAll)
        defer { if let mark { removeMark(mark, Self.markOfAll) } }
        for (number, kept) in numbered.sorted(by: { $0.number ?? 0 > $1.number ?? 0 }) {
            let isSuspect = suspects.contains(kept.name)
            let reason =
                if number == nil { "no agent gives such a name" } else if isSuspect {
                    "an agent has died while it took it back: look at the service that it is of"
                } else if isCareful { takeMarked(kept, into: table, at: now) } else { takeBack(kept, into: table, at: now) }
            guard let reason else {
                count += 1
                continue
            }
            logger.warning(
                "a descriptor that the service manager kept is let go",
                metadata: ["name": "\(kept.name)", "reason": "\(reason)"])
            if isSuspect {
                work.countRefusal(.quarantine)
                tellSuspect(kept)
            }
            if number == nil || isSuspect { for descriptor in kept.descriptors { close(descriptor) } }
            _ = send([.removeDescriptors(name: kept.name)], [])
        }
        // After what they stand for: who dies here finds both again.
        for mark in marks {
            close(mark.descriptor)
            _ = send([.removeDescriptors(name: mark.name)], [])
        }
        if count > 0 {
            logger.notice("serving again what the service manager has kept", metadata: ["instances": "\(count)"])
        }
    }

    /// Takes one back under a mark; returns what is wrong with it, if anything is.
    private func takeMarked(
        _ kept: (name: String, descriptors: [Int32]), into table: InstanceTable, at now: Moment
    ) -> String? {
        let name = Self.markPrefix + kept.name.dropFirst(Self.prefix.count)
        let mark = putMark(name)
        defer { if let mark { removeMark(mark, name) } }
        return takeBack(kept, into: table, at: now)
    }

    private func putMark(_ name: String) -> Int32? {
        // A file of its own: the manager keeps no file under two names.
        let mark = apus_memfd_create("apus-taking")
        guard mark >= 0 else { return nil }
        _ = send([.storeDescriptors(name: name)], [mark])
        return mark
    }

    private func removeMark(_ mark: Int32, _ name: String) {
        close(mark)
        _ = send([.removeDescriptors(name: name)], [])
    }

    /// Names the instance that a suspect is of, where its record can be read.
    private func tellSuspect(_ kept: (name: String, descriptors: [Int32])) {
        let record = kept.descriptors.lazy.compactMap { InstanceRecord(of: $0) }.first
        logger.error(
            "an agent died while it took back what an instance had reported; it is let go, and its process may report again",
            metadata: ["name": "\(kept.name)", "instance": "\(record.map { "\($0.identity)" } ?? "unknown")"])
    }

    /// What is wrong with it, if anything is.
    private func takeBack(
        _ kept: (name: String, descriptors: [Int32]), into table: InstanceTable, at now: Moment
    ) -> String? {
        var rest = kept.descriptors
        defer { for descriptor in rest { close(descriptor) } }
        guard rest.count == 2 else { return "it has \(rest.count) descriptors instead of 2" }
        // The manager keeps no order.
        for (record, segment) in [(rest[0], rest[1]), (rest[1], rest[0])] {
            guard let identity = FileIdentity(segment),
                let stored = StoredInstance(name: kept.name, takingBack: record, segment: identity)
            else { continue }
            rest = [segment]
            do throws(Refusal) {
                try table.restore(stored, segment: segment, at: now).rehearse()
                return nil
            } catch { return error.message }
        }
        return "neither descriptor is a record that this version knows"
    }

    private static func number(_ name: String) -> UInt64? {
        guard name.hasPrefix(prefix), let number = UInt64(name.dropFirst(prefix.count)), number < .max else { return nil }
        return number
    }
}

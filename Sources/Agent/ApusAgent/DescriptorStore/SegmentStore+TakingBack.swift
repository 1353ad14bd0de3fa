import AgentMetrics
import ApusLimits
import ApusSystemd
import CLinux
import Glibc
import Logging
import Synchronization

// MARK: - Taking back

extension SegmentStore {
    /// Names of marks: `taking-7` is kept by the manager while `instance-7` is taken back.
    private static let markPrefix = "taking-"
    /// The mark over all of them, two messages however many there are; only an agent that finds one gives each its own.
    private static let markOfAll = "taking-all"
    /// The mark over all of them that have each passed under a mark of its own: an agent that finds it lets all of them go.
    private static let markOfEach = "taking-each"

    private typealias Kept = (name: String, descriptors: [Int32])

    /// What became of something that the manager kept.
    private enum Outcome {
        case served
        /// An agent had no time to have it forgotten.
        case void
        case unfit(String)
    }

    /// Serves again what the manager has kept of an earlier run. What is not as this class leaves it is let go, and so is what an
    /// earlier run has died of: the manager keeps a mark from before they are taken back, read and written once until ``settle()``. An
    /// agent that finds the mark of an earlier run takes each back under a mark of its own, so that a second death tells which one it
    /// was; one that has died later, twice, lets go of all.
    ///
    /// Only marks are waited for, and all together no longer than ``DescriptorStoreLimits/takingBack``; what is let go is told in the
    /// turns to come, in an order in which an agent that dies before finds a suspect with its mark or neither.
    ///
    /// - Parameters:
    ///   - passed: owned from here on.
    ///   - work: counts what is let go because of a mark.
    func takeBack(_ passed: [ActivationSocket], into table: InstanceTable, work: AgentWork, at now: Moment) {
        let end = ContinuousClock.now + DescriptorStoreLimits.takingBack.value
        let marks = passed.filter { $0.name.hasPrefix(Self.markPrefix) }
        let suspects = Set(marks.map { Self.prefix + $0.name.dropFirst(Self.markPrefix.count) })
        let byName = Dictionary(grouping: passed.filter { !$0.name.hasPrefix(Self.markPrefix) }, by: \.name)
            .map { (name: $0.key, descriptors: $0.value.map(\.descriptor)) }
        let numbered = byName.map { (number: Self.number($0.name), kept: $0) }
        // A name is not given again while a mark of it may be there.
        let taken = numbered.compactMap(\.number) + suspects.compactMap(Self.number)
        state.withLock { state in state.number = taken.max() ?? 0 }
        var count = 0
        let isCareful = !marks.isEmpty
        let isHopeless = marks.contains { $0.name == Self.markOfEach }
        if !isCareful, !passed.isEmpty { hold(Self.markOfAll, until: end) }
        let start = ContinuousClock.now
        // The newest first: of two that are of one instance, the other is what an agent had no time to remove.
        for (number, kept) in numbered.sorted(by: { $0.number ?? 0 > $1.number ?? 0 }) {
            let isSuspect = isHopeless || suspects.contains(kept.name)
            let outcome =
                if number == nil { Outcome.unfit("no agent gives such a name") } else if isSuspect {
                    Outcome.unfit("an agent has died while it took it back: look at the service that it is of")
                } else if isCareful { takeMarked(kept, into: table, since: start, at: now, until: end) } else {
                    takeBack(kept, into: table, since: start, at: now)
                }
            if case .served = outcome {
                count += 1
                continue
            }
            if case .unfit(let reason) = outcome {
                logger.warning(
                    "a descriptor that the service manager kept is let go",
                    metadata: ["name": "\(kept.name)", "reason": "\(reason)"])
            }
            if isSuspect {
                work.countRefusal(.quarantine)
                tellSuspect(kept)
            }
            if number == nil || isSuspect { for descriptor in kept.descriptors { close(descriptor) } }
            remove(kept.name)
        }
        if isCareful, count > 0 { hold(Self.markOfEach, until: end) }
        // After what they stand for: who dies here finds both again.
        for mark in marks {
            close(mark.descriptor)
            remove(mark.name)
        }
        if count > 0 {
            logger.notice("serving again what the service manager has kept", metadata: ["instances": "\(count)"])
        }
    }

    /// Takes note that what was taken back has been served, or has been there for long, without harm.
    func settle() {
        let mark = state.withLock { state in
            defer { state.mark = nil }
            return state.mark
        }
        if let mark { removeMark(mark.descriptor, mark.name, until: .now) }
    }

    /// Has the manager keep a mark until ``settle()``.
    private func hold(_ name: String, until end: ContinuousClock.Instant) {
        guard let mark = putMark(name, until: end) else { return }
        state.withLock { $0.mark = (mark, name) }
    }

    /// Takes one back under a mark.
    private func takeMarked(
        _ kept: Kept, into table: InstanceTable, since start: ContinuousClock.Instant, at now: Moment,
        until end: ContinuousClock.Instant
    ) -> Outcome {
        let name = Self.markPrefix + kept.name.dropFirst(Self.prefix.count)
        let mark = putMark(name, until: end)
        defer { if let mark { removeMark(mark, name, until: end) } }
        return takeBack(kept, into: table, since: start, at: now)
    }

    /// - Returns: nil when the manager does not have it.
    private func putMark(_ name: String, until end: ContinuousClock.Instant) -> Int32? {
        // A file of its own: the manager keeps no file under two names.
        let mark = apus_memfd_create("apus-taking")
        guard mark >= 0 else { return nil }
        guard send([.storeDescriptors(name: name)], [mark], within: end - .now) else {
            close(mark)
            return nil
        }
        return mark
    }

    private func removeMark(_ mark: Int32, _ name: String, until end: ContinuousClock.Instant) {
        close(mark)
        if !send([.removeDescriptors(name: name)], [], within: end - .now) { remove(name) }
    }

    /// Names the instance that a suspect is of, where its record can be read.
    private func tellSuspect(_ kept: Kept) {
        let record = kept.descriptors.lazy.compactMap { InstanceRecord(of: $0) }.first
        logger.error(
            "an agent died while it took back what an instance had reported; it is let go, and its process may report again",
            metadata: ["name": "\(kept.name)", "instance": "\(record.map { "\($0.identity)" } ?? "unknown")"])
    }

    /// - Parameter start: when the first one was taken back.
    private func takeBack(
        _ kept: Kept, into table: InstanceTable, since start: ContinuousClock.Instant, at now: Moment
    ) -> Outcome {
        var rest = kept.descriptors
        defer { for descriptor in rest { close(descriptor) } }
        guard rest.count == 2 else { return .unfit("it has \(rest.count) descriptors instead of 2") }
        // The manager keeps no order.
        for (record, segment) in [(rest[0], rest[1]), (rest[1], rest[0])] {
            guard let identity = FileIdentity(segment),
                let stored = StoredInstance(name: kept.name, takingBack: record, segment: identity)
            else { continue }
            rest = [segment]
            guard !stored.record.isVoid else { return .void }
            do throws(Refusal) {
                let end = min(ContinuousClock.now + SeriesLimits.rehearsal.value, start + SeriesLimits.rehearsalOfAll.value)
                try table.restore(stored, segment: segment, at: now)
                    .rehearse(samples: SeriesLimits.rehearsedSamples.value) { ContinuousClock.now >= end }
                return .served
            } catch { return .unfit(error.message) }
        }
        return .unfit("neither descriptor is a record that this version knows")
    }

    private static func number(_ name: String) -> UInt64? {
        guard name.hasPrefix(prefix), let number = UInt64(name.dropFirst(prefix.count)), number < 1 << 62 else { return nil }
        return number
    }
}

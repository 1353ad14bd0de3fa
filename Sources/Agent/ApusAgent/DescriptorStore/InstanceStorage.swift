import Synchronization

/// What the service manager keeps of one instance, and what it is to keep.
///
/// Nothing here waits for the manager: a wish is noted, and told in a turn of ``SegmentKeeping``.
package final class InstanceStorage: Sendable {
    private struct State {
        var stored: StoredInstance?
        var wish: Wish?
    }

    private struct Wish {
        var record: InstanceRecord
        let segment: ReportedSegment
        let file: FileIdentity
        /// When the report began: CLOCK_MONOTONIC in nanoseconds.
        let since: UInt64
    }

    /// A wish that is old enough to be told.
    package struct Claim {
        let storage: InstanceStorage
        let uid: UInt32
        let since: UInt64
    }

    private let state = Mutex(State())

    /// Asks for a segment to be kept, in place of what has been kept so far. The manager keeps at once what it kept already.
    ///
    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds.
    func want(
        _ record: InstanceRecord, of segment: ReportedSegment, _ file: FileIdentity, at now: UInt64, from store: SegmentStore
    ) {
        state.withLock { state in
            state.wish = nil
            if let stored = state.stored {
                guard stored.segment != file || !stored.record.isSameProcess(as: record) else {
                    return stored.setEnded(at: 0)
                }
                // At once: an agent that takes it back would serve the counts of before, which a query takes for a rise.
                store.remove(stored)
                state.stored = nil
            }
            state.wish = Wish(record: record, segment: segment, file: file, since: now)
        }
    }

    /// Takes over what the manager has kept for an earlier run.
    func restore(_ stored: StoredInstance) { state.withLock { $0.stored = stored } }

    /// Takes note of the end of a report. One that ends too soon is not stored.
    ///
    /// - Parameter moment: CLOCK_MONOTONIC in nanoseconds.
    func end(at moment: UInt64, unlessOlderThan age: UInt64) {
        state.withLock { state in
            state.stored?.setEnded(at: moment)
            guard let wish = state.wish else { return }
            if moment < wish.since || moment - wish.since < age {
                state.wish = nil
            } else {
                state.wish?.record.endedAt = moment
            }
        }
    }

    /// Has the manager forget what it keeps of an instance that leaves the agent.
    func leave(_ store: SegmentStore) {
        state.withLock { state in
            if let stored = state.stored { store.remove(stored) }
            state = State()
        }
    }

    /// The wish, if there is one of a report that began so long ago.
    package func claim(olderThan age: UInt64, at now: UInt64) -> Claim? {
        state.withLock { state in
            guard let wish = state.wish, now >= wish.since, now - wish.since >= age else { return nil }
            return Claim(storage: self, uid: wish.record.uid ?? ReportPeer.unknownUser, since: wish.since)
        }
    }

    /// Has the manager keep what is wished for.
    ///
    /// - Returns: whether nothing is left to be told.
    func keep(in store: SegmentStore) -> Bool {
        state.withLock { state in
            guard let wish = state.wish else { return true }
            guard let stored = wish.segment.withDescriptor({ store.keep(wish.record, segment: $0, wish.file) }) else {
                return false
            }
            state.stored = stored
            state.wish = nil
            return true
        }
    }
}

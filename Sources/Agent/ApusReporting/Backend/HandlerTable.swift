import ApusSegment
import Synchronization

/// The handlers of one kind by what they were asked for, so that code which makes its metrics anew for each request gets the same ones.
///
/// A handler that is known costs a hash of its texts, a lock that few share, and comparing them: nothing is allocated.
final class HandlerTable<Handler: AnyObject & Sendable>: Sendable {
    /// Open addressing: each slot has half of a hash and the place of a handler, from 1. What a place has lies in arrays of their own, so
    /// that a look touches no more than it compares.
    private struct Shard {
        private var slots: [UInt64] = Array(repeating: 0, count: 16)
        private var labels: [String] = []
        /// In the order that they were given in.
        private var dimensions: [[(String, String)]] = []
        private var handlers: [Handler] = []

        var count: Int { handlers.count }

        @inline(__always)
        func find(_ hash: UInt64, _ label: String, _ dimensions: [(String, String)]) -> Handler? {
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 {
                if slots[slot] >> 32 == hash >> 32 {
                    let place = Int(slots[slot] & 0xffff_ffff) - 1
                    if labels[place] == label, isEqual(self.dimensions[place], dimensions) { return handlers[place] }
                }
                slot = (slot + 1) & mask
            }
            return nil
        }

        @inline(__always)
        private func isEqual(_ known: [(String, String)], _ asked: [(String, String)]) -> Bool {
            guard known.count == asked.count else { return false }
            for index in known.indices where known[index].0 != asked[index].0 || known[index].1 != asked[index].1 {
                return false
            }
            return true
        }

        /// - Parameter hashed: the hash of what is known already.
        mutating func insert(
            _ handler: Handler, _ label: String, _ dimensions: [(String, String)], _ hash: UInt64,
            hashed: (String, [(String, String)]) -> UInt64
        ) {
            // Half of the slots stay free, so that a look for what is not there is short.
            if count * 2 >= slots.count {
                slots = Array(repeating: 0, count: slots.count * 2)
                for place in handlers.indices { put(place, hashed(labels[place], self.dimensions[place])) }
            }
            labels.append(label)
            self.dimensions.append(dimensions)
            handlers.append(handler)
            put(count - 1, hash)
        }

        private mutating func put(_ place: Int, _ hash: UInt64) {
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = hash & ~0xffff_ffff | UInt64(place + 1)
        }
    }

    private let seed = UInt64.random(in: 0 ... .max)
    private let shards = InlineArray<8, Mutex<Shard>> { _ in Mutex(Shard()) }
    /// The number of handlers of a shard past which nothing new is kept: orders of dimensions are many.
    private static var capacity: Int { 1 << 15 }

    /// The handler that was kept, or a new one.
    ///
    /// - Parameter make: gives a handler, and whether to keep it: one whose series was dropped is not worth the memory.
    @inline(__always)
    func handler(
        _ label: String, _ dimensions: [(String, String)], _ make: () -> (Handler, keep: Bool)
    ) -> Handler {
        let hash = hash(label, dimensions)
        let place = Int(truncatingIfNeeded: hash >> 29) & 7
        if let known = shards[place].withLock({ $0.find(hash, label, dimensions) }) { return known }
        let (handler, keep) = make()
        guard keep else { return handler }
        return shards[place].withLock { shard in
            // Another thread may have been faster; either of the two records on the same cells.
            if let known = shard.find(hash, label, dimensions) { return known }
            if shard.count < Self.capacity {
                shard.insert(handler, label, dimensions, hash) { self.hash($0, $1) }
            }
            return handler
        }
    }

    @inline(__always)
    private func hash(_ label: String, _ dimensions: [(String, String)]) -> UInt64 {
        TextHash.value(of: label, dimensions, seed: seed)
    }
}

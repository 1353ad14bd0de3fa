package import ApusHTTP
import Synchronization

/// Lets the peers of a server take turns at work that all of them share, of which only so much goes on at a time.
///
/// A place that becomes free is given to the peer that has worked for the least time: however many requests others have waiting, who
/// comes first waits for one of theirs. What waits is bounded in bytes and in time, and the peer that has the most waiting pays.
package final class PeerTurns: Sendable {
    /// Why a piece of work was not done.
    package enum Refusal: Error {
        /// Others needed what it held, and its peer had the most.
        case crowded
        /// Its turn did not come in time.
        case late
    }

    private struct Waiter {
        let bytes: Int
        let since: ContinuousClock.Instant
        let continuation: CheckedContinuation<Refusal?, Never>
    }

    private struct Line {
        var waiters: ArraySlice<Waiter> = []
        var bytes = 0
        /// The time that the peer's work took; a newcomer begins with as much as the one who had the least.
        var used: Duration
    }

    private struct State {
        var lines: [ConnectionPeer: Line] = [:]
        var working = 0
        var bytes = 0
        /// What the peer had used that came last.
        var least = Duration.zero
    }

    /// Peers that are known at a time, past which those are forgotten that wait for nothing.
    private static let known = 1024
    private let places: Int
    private let mostBytes: Int
    private let patience: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - places: pieces of work at a time.
    ///   - mostBytes: of all that waits; past them the last one of whoever has the most waiting is refused.
    ///   - patience: how long a piece of work may wait for its turn.
    package init(places: Int, mostBytes: Int, patience: Duration) {
        self.places = max(1, places)
        self.mostBytes = mostBytes
        self.patience = patience
    }

    /// How many pieces of work wait.
    package var waiting: Int { state.withLock { $0.lines.values.reduce(0) { $0 + $1.waiters.count } } }

    /// Does a piece of work when its turn comes.
    ///
    /// - Parameter bytes: that it holds while it waits.
    /// - Throws: a ``Refusal``, or what the work throws.
    package func turn<Value: Sendable>(
        of peer: ConnectionPeer, holding bytes: Int, _ work: () async throws -> Value
    ) async throws -> Value {
        if let refusal = await place(for: peer, bytes) { throw refusal }
        let start = ContinuousClock.now
        defer { end(of: peer, after: start.duration(to: .now)) }
        return try await work()
    }

    private func place(for peer: ConnectionPeer, _ bytes: Int) async -> Refusal? {
        await withCheckedContinuation { continuation in
            let (isFree, losers) = state.withLock { state -> (Bool, [Waiter]) in
                let least = state.least
                if state.working < places {
                    state.working += 1
                    state.least = max(least, state.lines[peer, default: Line(used: least)].used)
                    return (true, [])
                }
                state.lines[peer, default: Line(used: least)].waiters.append(
                    Waiter(bytes: bytes, since: .now, continuation: continuation))
                state.lines[peer]?.bytes += bytes
                state.bytes += bytes
                return (false, Self.crowd(&state, past: mostBytes))
            }
            if isFree { continuation.resume(returning: nil) }
            for loser in losers { loser.continuation.resume(returning: .crowded) }
        }
    }

    private static func crowd(_ state: inout State, past most: Int) -> [Waiter] {
        var losers: [Waiter] = []
        while state.bytes > most, let peer = state.lines.max(by: { $0.value.bytes < $1.value.bytes })?.key,
            let loser = state.lines[peer]?.waiters.popLast()
        {
            state.lines[peer]?.bytes -= loser.bytes
            state.bytes -= loser.bytes
            losers.append(loser)
        }
        return losers
    }

    private func end(of peer: ConnectionPeer, after time: Duration) {
        let now = ContinuousClock.now
        let (next, late) = state.withLock { state -> (Waiter?, [Waiter]) in
            state.lines[peer, default: Line(used: state.least)].used += time
            if state.lines.count > Self.known { state.lines = state.lines.filter { !$0.value.waiters.isEmpty } }
            var late: [Waiter] = []
            while let waiter = Self.next(&state) {
                if waiter.since.duration(to: now) < patience { return (waiter, late) }
                late.append(waiter)
            }
            state.working -= 1
            // Who waits for nothing is known only while others work.
            if state.working == 0 { state.lines = [:] }
            return (nil, late)
        }
        for waiter in late { waiter.continuation.resume(returning: .late) }
        next?.continuation.resume(returning: nil)
    }

    /// Takes the one that waits for the longest time of the peer that has used the least.
    private static func next(_ state: inout State) -> Waiter? {
        let first = state.lines.filter { !$0.value.waiters.isEmpty }.min { $0.value.used < $1.value.used }
        guard let (peer, line) = first, let waiter = state.lines[peer]?.waiters.popFirst() else { return nil }
        state.lines[peer]?.bytes -= waiter.bytes
        state.bytes -= waiter.bytes
        state.least = max(state.least, line.used)
        return waiter
    }
}

/// Whose request a task answers.
enum RequestPeer {
    @TaskLocal static var current = ConnectionPeer.unknown
}

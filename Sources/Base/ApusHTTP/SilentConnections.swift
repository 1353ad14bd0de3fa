import Glibc
import NIOCore
import Synchronization

/// Accepted connections whose clients have sent nothing: a descriptor and a place each, and nothing else.
final class SilentConnections: Sendable {
    private struct Silence {
        let place: ConnectionPlace
        let since: NIODeadline
    }

    private struct State {
        var silences: [Int32: Silence] = [:]
        /// In the order in which they came; those that are silent no more are still there, with the time that they had then.
        var order = CircularBuffer<(descriptor: Int32, since: NIODeadline)>()
    }

    private let state = Mutex(State())

    var isEmpty: Bool { state.withLock(\.silences.isEmpty) }

    /// When the oldest one came; nil for none.
    var oldest: NIODeadline? { state.withLock { Self.first(&$0)?.since } }

    private static func first(_ state: inout State) -> (descriptor: Int32, since: NIODeadline)? {
        while let first = state.order.first, state.silences[first.descriptor]?.since != first.since {
            state.order.removeFirst()
        }
        return state.order.first
    }

    /// Keeps a connection, whose descriptor is this object's from here on.
    func add(_ descriptor: Int32, _ place: ConnectionPlace, at now: NIODeadline) {
        state.withLock { state in
            state.silences[descriptor] = Silence(place: place, since: now)
            state.order.append((descriptor, now))
            guard state.order.count > 4 * state.silences.count + 16 else { return }
            let silences = state.silences
            state.order.removeAll { silences[$0.descriptor]?.since != $0.since }
        }
    }

    /// Gives a connection and its descriptor to the caller; nil for one that is none of these.
    func take(_ descriptor: Int32) -> ConnectionPlace? {
        state.withLock { $0.silences.removeValue(forKey: descriptor)?.place }
    }

    /// Closes a connection that has lost its place; nothing happens to one that was taken.
    func end(_ descriptor: Int32, of place: ConnectionPlace) {
        let isOurs = state.withLock { state in
            guard state.silences[descriptor]?.place === place else { return false }
            state.silences[descriptor] = nil
            return true
        }
        if isOurs { close(descriptor) }
    }

    /// Closes those that have been silent since a time or longer, and gives their places back.
    func endAll(since time: NIODeadline) {
        let silences = state.withLock { state in
            var ended: [(Int32, ConnectionPlace)] = []
            while let first = Self.first(&state), first.since <= time,
                let place = state.silences.removeValue(forKey: first.descriptor)?.place
            {
                ended.append((first.descriptor, place))
            }
            return ended
        }
        for (descriptor, place) in silences {
            place.cut(.idle)
            place.leave()
            close(descriptor)
        }
    }
}

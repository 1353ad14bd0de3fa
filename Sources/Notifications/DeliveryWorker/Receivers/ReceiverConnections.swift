import ApusLimits
import NIOCore
import NotificationStore
import Synchronization

/// A connection to a receiver, which sends one request at a time.
struct ReceiverConnection: Sendable {
    let channel: any NIOCore.Channel
    let handler: NIOLoopBound<AnswerHandler>
}

/// The connections that wait for another request, and the number of those on which the rest of an answer is awaited.
final class ReceiverConnections: Sendable {
    private struct State {
        var idle: [Destination: [ReceiverConnection]] = [:]
        var idleCount = 0
        var draining = 0
        var isClosed = false

        mutating func remove(_ channel: any NIOCore.Channel, from destination: Destination) -> Bool {
            guard let index = idle[destination]?.firstIndex(where: { $0.channel === channel }) else { return false }
            idle[destination]?.remove(at: index)
            if idle[destination]?.isEmpty == true { idle[destination] = nil }
            idleCount -= 1
            return true
        }
    }

    private let state = Mutex(State())

    /// Takes the connection that was used last; nil when there is none.
    func take(_ destination: Destination) -> ReceiverConnection? {
        state.withLock { state in
            while let connection = state.idle[destination]?.last {
                _ = state.remove(connection.channel, from: destination)
                if connection.channel.isActive { return connection }
            }
            return nil
        }
    }

    /// Keeps a connection for another request, for a while.
    func put(_ connection: ReceiverConnection, _ destination: Destination) {
        let channel = connection.channel
        let isKept = state.withLock { state in
            guard !state.isClosed, channel.isActive, state.idleCount < DeliveryLimits.idleConnections.value else {
                return false
            }
            state.idle[destination, default: []].append(connection)
            state.idleCount += 1
            return true
        }
        guard isKept else { return channel.close(promise: nil) }
        channel.eventLoop.scheduleTask(in: TimeAmount(DeliveryLimits.idleTime.value)) { [weak self] in
            self?.closeIdle(channel, destination)
        }
    }

    private func closeIdle(_ channel: any NIOCore.Channel, _ destination: Destination) {
        // It may have been used since, and have another timer.
        if state.withLock({ $0.remove(channel, from: destination) }) { channel.close(promise: nil) }
    }

    func forget(_ channel: any NIOCore.Channel, _ destination: Destination) {
        _ = state.withLock { $0.remove(channel, from: destination) }
    }

    /// Whether one more connection may wait for the rest of an answer.
    func beginDraining() -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.draining < DeliveryLimits.drainedConnections.value else { return false }
            state.draining += 1
            return true
        }
    }

    func endDraining() { state.withLock { $0.draining -= 1 } }

    /// Closes what is idle, and keeps nothing any more.
    func close() async {
        let channels = state.withLock { state in
            state.isClosed = true
            defer {
                state.idle = [:]
                state.idleCount = 0
            }
            return state.idle.values.joined().map(\.channel)
        }
        for channel in channels { try? await channel.close() }
    }
}

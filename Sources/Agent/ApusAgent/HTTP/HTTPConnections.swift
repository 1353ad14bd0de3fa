import NIOCore
import Synchronization

/// The open connections of the endpoint.
final class HTTPConnections: Sendable {
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// Holds a connection until it is closed.
    ///
    /// - Returns: how many are open with it.
    func add(_ channel: any Channel) -> Int {
        let identifier = ObjectIdentifier(channel)
        channel.closeFuture.whenComplete { [self] _ in open.withLock { _ = $0.removeValue(forKey: identifier) } }
        return open.withLock { open in
            open[identifier] = channel
            return open.count
        }
    }

    var all: [any Channel] { open.withLock { Array($0.values) } }

    /// Tells all that the endpoint takes no more connections.
    func drain(_ step: DrainStep) { for channel in all { channel.pipeline.fireUserInboundEventTriggered(step) } }
}

/// What an endpoint that stops asks of its connections, one after the other.
enum DrainStep: Sendable {
    /// Connections that are between two requests close.
    case idle
    /// Connections that have not sent a request yet close as well: it should have come by now.
    case silent
}

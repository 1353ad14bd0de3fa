import AgentMetrics
package import ApusLinux
import Glibc
package import NIOCore
import NIOPosix

/// Makes channels to servers: to the first address that takes the connection, or of a Unix socket that is connected. Belongs to the event loop of probes; one attempt at a time.
package final class ProbeConnector {
    private let surroundings: ProbeSurroundings
    /// The channel that is being connected.
    private var connecting: (any Channel)?
    /// Rises with each attempt and each cancel: what belongs to an earlier one is let go of.
    private var number = 0
    private var ending: EventLoopPromise<Result<any Channel, ProbeFailure>>?

    package init(_ surroundings: ProbeSurroundings) { self.surroundings = surroundings }

    /// Connects to the first of some addresses that takes the connection.
    ///
    /// The time that is left is shared by the addresses that are left. A connection that has come back to its own socket, as may happen on
    /// loopback where nobody listens on a port of the ephemeral range, is none.
    ///
    /// - Parameter initialize: sets up the channel before it connects.
    package func connect(
        to addresses: [SocketAddress], until deadline: NIODeadline,
        _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<Result<any Channel, ProbeFailure>> {
        start { number in self.tryNext(of: addresses[...], nil, until: deadline, number, initialize) }
    }

    /// Makes a channel of a socket that is connected, which is the channel's from now on.
    package func adopt(
        _ socket: ConnectedUnixSocket, _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<Result<any Channel, ProbeFailure>> {
        guard let descriptor = socket.take() else {
            return surroundings.loop.makeSucceededFuture(.failure(.connecting(EBADF, to: "the socket")))
        }
        // A channel that cannot be set up has closed the descriptor.
        return ClientBootstrap(group: surroundings.loop).channelInitializer(initialize).withConnectedSocket(descriptor)
            .map { .success($0) }.flatMapErrorThrowing { .failure(.connecting($0, to: "the socket")) }
    }

    /// Ends the attempt under way, if there is one; its result is a failure.
    package func cancel() {
        number += 1
        let channel = connecting
        connecting = nil
        channel?.close(promise: nil)
        end(.failure(ProbeFailure(.timeout, "the server took no connection in time: see whether it still accepts connections")))
    }

    private func start(_ begin: (Int) -> Void) -> EventLoopFuture<Result<any Channel, ProbeFailure>> {
        cancel()
        let promise = surroundings.loop.makePromise(of: Result<any Channel, ProbeFailure>.self)
        ending = promise
        begin(number)
        return promise.futureResult
    }

    private func end(_ result: Result<any Channel, ProbeFailure>) {
        let promise = ending
        ending = nil
        promise?.succeed(result)
    }

    private func tryNext(
        of addresses: ArraySlice<SocketAddress>, _ failure: ProbeFailure?, until deadline: NIODeadline, _ number: Int,
        _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) {
        guard let address = addresses.first else {
            return end(.failure(failure ?? ProbeFailure(.resolve, "there is no address to connect to: write one")))
        }
        let left = deadline - surroundings.loop.now
        let place = Self.words(address)
        guard left > .zero else {
            return end(.failure(failure ?? .connecting(ChannelError.connectTimeout(.zero), to: place)))
        }
        let bound = NIOLoopBound(self, eventLoop: surroundings.loop)
        ClientBootstrap(group: surroundings.loop)
            .connectTimeout(.nanoseconds(max(1, left.nanoseconds / Int64(addresses.count))))
            .channelInitializer { channel in
                bound.value.connecting = channel
                return initialize(channel)
            }
            .connect(to: address).whenComplete { result in
                let connector = bound.value
                guard connector.number == number else {
                    if case .success(let channel) = result { channel.close(promise: nil) }
                    return
                }
                connector.connecting = nil
                switch result {
                case .success(let channel):
                    guard !Self.isOwnEnd(channel) else {
                        channel.close(promise: nil)
                        return connector.tryNext(
                            of: addresses.dropFirst(), .connecting(ECONNREFUSED, to: place), until: deadline, number, initialize
                        )
                    }
                    connector.end(.success(channel))
                case .failure(let error):
                    connector.tryNext(
                        of: addresses.dropFirst(), .connecting(error, to: place), until: deadline, number, initialize)
                }
            }
    }

    /// Whether the socket is connected to itself: a connect to a free port of the ephemeral range may be given that port as its own.
    private static func isOwnEnd(_ channel: any Channel) -> Bool {
        guard let own = channel.localAddress, let other = channel.remoteAddress, own.port != nil else { return false }
        return own == other
    }

    /// `ADDRESS:PORT`, with an IPv6 address in brackets, or the path of a Unix socket.
    static func words(_ address: SocketAddress) -> String {
        guard let host = address.ipAddress, let port = address.port else { return address.pathname ?? "\(address)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

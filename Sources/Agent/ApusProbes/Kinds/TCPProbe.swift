package import NIOCore

/// Connects to a port of TCP, and lets go of the connection; nothing is sent.
///
/// The kernel of the server's host takes the connection: it says that the port listens, and that its queue has room, and not that the
/// server still works.
package final class TCPProbe: ProbeAsking {
    private let target: TCPTarget
    private let connector: ProbeConnector

    package init(_ target: TCPTarget, in surroundings: ProbeSurroundings) {
        self.target = target
        connector = ProbeConnector(surroundings)
    }

    package func ask(until deadline: NIODeadline) -> EventLoopFuture<Result<ProbeFigures, ProbeFailure>> {
        connector.connect(to: target.host, port: target.port, until: deadline) { $0.eventLoop.makeSucceededVoidFuture() }
            .map { result in
                result.map { channel in
                    channel.close(promise: nil)
                    return .connected
                }
            }
    }

    package func cancel() { connector.cancel() }
}

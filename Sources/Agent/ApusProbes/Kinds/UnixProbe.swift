import ApusLinux
package import NIOCore

/// Connects to a Unix socket, and lets go of the connection; nothing is sent.
package final class UnixProbe: ProbeAsking {
    private let target: UnixTarget
    private let connector: UnixConnector

    package init(_ target: UnixTarget, in surroundings: ProbeSurroundings) {
        self.target = target
        connector = UnixConnector(surroundings)
    }

    package func ask(until deadline: NIODeadline) -> EventLoopFuture<Result<ProbeFigures, ProbeFailure>> {
        connector.connect(to: target, until: deadline).map { $0.map { _ in .connected } }
    }

    package func cancel() { connector.cancel() }
}

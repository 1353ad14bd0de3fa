import ApusLimits
import NIOCore

/// Connects to a port of TCP, speaks TLS where that is asked for, and lets go of the connection; nothing is sent.
///
/// The kernel of the server's host takes the connection: it says that the port listens, and that its queue has room, and not that the
/// server still works. A handshake of TLS is the server's own.
final class TCPDialogue: NetworkDialogue {
    private let ends = CertificateEndLook()

    func ask(_ attempt: NetworkAttempt) {
        let connection = attempt.connect(most: NetworkProbeLimits.handshake.value)
        connection.open(
            prepare: { channel in
                try channel.pipeline.syncOperations.addHandler(ProbeStream<ByteBuffer>(connection, take: { _ in }))
            },
            opened: { [self] in
                let facts = connection.facts
                connection.close()
                ends.find(facts, attempt) { ends in attempt.succeed(ends.map { .secured($0) } ?? .connected) }
            },
            failed: { attempt.fail($0) })
    }
}

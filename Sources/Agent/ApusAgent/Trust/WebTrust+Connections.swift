import ApusHTTP
import Glibc
import NIOCore

extension WebTrust {
    /// Has a connection speak TLS, where the web configuration says so.
    ///
    /// A Unix socket goes without: what is said there does not leave the kernel, which knows who is at the other end.
    func addHandshake(to channel: any Channel, _ place: ConnectionPlace, _ queue: TurnQueue) throws {
        guard let tls = current.tls, !Self.isLocal(channel) else { return }
        let (turns, handler) = (HandshakeTurns(queue, place: place), try tls.handler())
        try channel.pipeline.syncOperations.addHandlers([
            turns, handler, HandshakeEnd(self, tls, handler, turns, place: place), RecordPieces(),
        ])
    }

    /// What asks the clients of a connection for their passwords.
    ///
    /// Root and the agent's own user, who may read the configuration, are asked for none on a Unix socket.
    func guardian(of channel: any Channel, _ place: ConnectionPlace, _ bounds: RequestGuard.Bounds) -> RequestGuard {
        RequestGuard(self, place: place, isTrusted: [.user(0), .user(geteuid())].contains(place.peer), bounds)
    }

    private static func isLocal(_ channel: any Channel) -> Bool { channel.localAddress?.protocol == .unix }
}

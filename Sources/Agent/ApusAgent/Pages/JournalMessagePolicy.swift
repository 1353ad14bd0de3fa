package import ApusHTTP
import Glibc

/// Who is given the texts of the journal's last errors, which can hold what their writers should not have logged.
package enum JournalMessagePolicy: String, Sendable, CaseIterable {
    /// Root and the agent's own user, over a Unix socket: a client over TCP could be anybody.
    case readers
    case all
    case none

    package func allow(_ peer: ConnectionPeer) -> Bool {
        switch self {
        case .readers: peer == .user(0) || peer == .user(geteuid())
        case .all: true
        case .none: false
        }
    }
}

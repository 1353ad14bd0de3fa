/// Something that happened to a child.
package struct ChildEvent: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        case started(pid: Int32)
        case ready
        /// The child was not ready in time, and is ended.
        case overdue(deadline: Duration)
        /// The process ended; `asked` when the supervisor stopped it.
        case exited(pid: Int32?, exit: ChildExit, asked: Bool)
        case restarting(after: Duration)
        case parked(crashes: Int, window: Duration, retry: Duration)
        /// The child hangs, for a reason that people read, and is ended.
        case hung(reason: String)
        /// The child is down for good.
        case stopped
    }

    package let child: String
    package let kind: Kind

    /// Whether an operator should see it: an end nobody asked for and what follows from it.
    package var isTrouble: Bool {
        switch kind {
        case .overdue, .parked, .hung: true
        case .exited(_, _, let asked): !asked
        case .started, .ready, .restarting, .stopped: false
        }
    }

    package var description: String {
        switch kind {
        case .started(let pid): "\(child) started as process \(pid)"
        case .ready: "\(child) is ready"
        case .overdue(let deadline): "\(child) was not ready within \(deadline), ending it"
        case .exited(.some(let pid), let exit, _): "\(child) (process \(pid)) \(exit)"
        case .exited(nil, let exit, _): "\(child) \(exit)"
        case .restarting(let delay): "\(child) restarts in \(delay)"
        case .parked(let crashes, let window, let retry):
            "\(child) is parked: it ended \(crashes) times within \(window), see its log; it is tried again in \(retry)"
        case .hung(let reason): "\(child) hangs, ending it: \(reason)"
        case .stopped: "\(child) is stopped"
        }
    }
}

import AgentMetrics
import ApusLinux

/// Which sockets a process had open when its descriptors were read last.
struct ProcessSockets: Sendable {
    /// `nil` before they were read first.
    private(set) var inodes: [UInt64]?
    private(set) var namespace: NetworkNamespace?
    /// When it was tried last: CLOCK_MONOTONIC in nanoseconds; 0 of one that was not.
    private(set) var readAt: UInt64 = 0
    /// The round in which that was.
    private var round: UInt64 = 0
    /// Whether the kernel does not say it to this user.
    private(set) var isForbidden = false
    /// Why its descriptors are not read; `nil` where they are, or only wait for their turn.
    private var unread: SocketGap?
    /// Why its sockets are not known at this turn, whether its descriptors are read or not.
    private var missed: SocketGap?
    /// How many it had when it had too many beside others.
    private var refused = 0

    /// Why they are not known; `nil` where they are, or only wait for their turn.
    var gap: SocketGap? { missed ?? unread }
    /// Whether they are left out for the number that others have.
    var isHeld: Bool { unread == .held }

    /// How many are held here.
    var count: Int { inodes?.count ?? 0 }

    /// Lets go of them until they are read again.
    mutating func forget() { inodes = nil }

    /// Lets go of them for as long as there is no room for them beside those of others.
    mutating func refuse() {
        refused = count
        leave(.held)
    }

    /// Lets them be read again, where there is room for so many.
    ///
    /// - Parameter openFiles: how many descriptors the process has, of which each may be a socket; `nil` where that is not known.
    /// - Returns: how much room they are taken to need; `nil` where they stay out.
    mutating func readmit(into room: Int, openFiles: UInt64?) -> Int? {
        let needed = min(refused, openFiles.map { Int(clamping: $0) } ?? refused)
        guard isHeld, needed <= room else { return nil }
        unread = nil
        return needed
    }

    /// Notes why they are not known at this turn.
    mutating func miss(_ gap: SocketGap?) { missed = gap }

    /// What it had when it could be read says nothing any more.
    private mutating func leave(_ gap: SocketGap) { (inodes, unread) = (nil, gap) }

    /// Reads them, where there is time for it.
    ///
    /// - Parameter openFiles: how many descriptors it has; `nil` where that is not known.
    mutating func read(_ process: WatchedProcess, openFiles: UInt64?, in survey: SocketSurvey, at now: Moment) {
        namespace = NetworkNamespace(of: process.folder)
        missed = nil
        guard !isForbidden, !isHeld else { return }
        do throws(LinuxError) {
            switch try survey.inodes(of: process, openFiles: openFiles ?? 1, readIn: &round, at: now) {
            case .found(let found): (inodes, readAt, unread) = (found, now.monotonic, nil)
            case .waiting: break
            case .left(let gap):
                leave(gap)
                readAt = now.monotonic
                survey.tell(gap, of: process.pid)
            }
        } catch { isForbidden = error.isForbidden }
    }
}

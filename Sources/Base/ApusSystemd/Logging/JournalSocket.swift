import ApusThreads
import CLinux
import EventCatalog
import Glibc
import Synchronization

/// The way of entries to journald, which never waits.
///
/// An entry goes to journald's socket by one system call. While the socket is full, entries wait in a bounded backlog that a
/// thread sends on in their order; when that is full too, they are dropped and counted (``dropped``), and the journal is told
/// how many once it takes entries again. While no journald is there, entries go to the fallback stream, and journald is looked
/// for again once per retry interval.
///
/// `sd_journal_sendv` does neither: it waits on a full socket and succeeds in silence when no journald is there.
package final class JournalSocket: Sendable {
    /// The path at which journald listens, systemd-journald.service(8).
    package static let standardPath = "/run/systemd/journal/socket"

    private let descriptor: Int32
    private let path: String
    private let identifier: String
    private let retryInterval: UInt64
    private let fallback: FallbackStream
    private let countLimit: Int
    private let backlog: Mutex<JournalBacklog>
    /// The backlog's count, for a look without its lock.
    private let waitingCount = Atomic<Int>(0)
    private let droppedCount = Atomic<UInt64>(0)
    /// The time of CLOCK_MONOTONIC in nanoseconds before which no connection is tried; 0 while connected.
    private let retryAt = Atomic<UInt64>(1)

    /// - Parameters:
    ///   - path: journald's socket; `/run/systemd/journal.NAME/socket` is that of a namespace.
    ///   - identifier: SYSLOG_IDENTIFIER of the socket's own entries.
    ///   - backlogLimit: entries that may wait, at least 1; together at most 4 MiB.
    ///   - retryInterval: time between two looks for a journald that was not there.
    package init(
        path: String = standardPath, identifier: String = processName, fallback: FallbackStream = FallbackStream(),
        backlogLimit: Int = 4096, retryInterval: Duration = .seconds(1)
    ) {
        descriptor = apus_datagram_socket()
        self.path = path
        self.identifier = identifier
        self.fallback = fallback
        self.retryInterval = UInt64(max(0, retryInterval / .nanoseconds(1)))
        countLimit = max(1, backlogLimit)
        backlog = Mutex(JournalBacklog(countLimit: countLimit, byteLimit: 4 << 20))
        _ = connect()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// How many entries neither the journal nor the fallback stream got.
    package var dropped: UInt64 { droppedCount.load(ordering: .relaxed) }

    /// How many entries wait for room in journald's socket.
    package var waiting: Int { waitingCount.load(ordering: .relaxed) }

    /// Whether a journald is connected; false while entries go to the fallback stream.
    package var isConnected: Bool { retryAt.load(ordering: .relaxed) == 0 }

    /// The program's name, its file name without the folder.
    package static var processName: String {
        let path = CommandLine.arguments.first ?? ""
        return path.split(separator: "/").last.map(String.init) ?? "unknown"
    }

    /// Whether there is room for one more entry; if not, one is counted as dropped. Asked before an entry is made at all.
    func admit() -> Bool {
        if waitingCount.load(ordering: .relaxed) < countLimit { return true }
        droppedCount.add(1, ordering: .relaxed)
        return false
    }

    /// Sends an entry on, or drops it; never waits. One thread's entries keep their order.
    package func send(_ entry: JournalEntry) {
        // Behind those that wait already.
        guard waitingCount.load(ordering: .acquiring) == 0 else { return enqueue(entry) }
        switch transmit(entry) {
        case .sent: break
        case .full: enqueue(entry)
        case .absent: fall(entry)
        case .refused: droppedCount.add(1, ordering: .relaxed)
        }
    }

    /// Waits until nothing waits any more, at most a time: before the process ends.
    ///
    /// - Returns: whether everything was sent on.
    package func flush(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while !drain(reportingDrops: false) {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return false }
            awaitRoom(milliseconds: Int32(min(100, left / .milliseconds(1)) + 1))
        }
        return true
    }

    // MARK: The socket

    private enum Transmission { case sent, full, absent, refused }

    private func transmit(_ entry: JournalEntry) -> Transmission {
        let retry = retryAt.load(ordering: .relaxed)
        if retry != 0 {
            guard Self.now >= retry, connect() else { return .absent }
        }
        for isSecond in [false, true] {
            if apus_journal_send(descriptor, entry.bytes, entry.bytes.count) == 0 { return .sent }
            switch errno {
            case EAGAIN: return .full
            // Larger than journald takes or than there is memory for: the next entry may well pass.
            case EMSGSIZE, ENOBUFS, ENOMEM, EMFILE, ENFILE: return .refused
            // The journald that was connected has gone; another may have taken its place.
            default: if isSecond || !connect() { return .absent }
            }
        }
        return .absent
    }

    /// Whether a journald is there; the socket stays the same, so that no thread can meet a closed one.
    private func connect() -> Bool {
        let isConnected = descriptor >= 0 && apus_datagram_connect(descriptor, path) == 0
        retryAt.store(isConnected ? 0 : Self.now + max(1, retryInterval), ordering: .relaxed)
        return isConnected
    }

    private func fall(_ entry: JournalEntry) {
        if !fallback.write(entry) { droppedCount.add(1, ordering: .relaxed) }
    }

    private func awaitRoom(milliseconds: Int32) {
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Room that another process took first must not make this a busy loop.
        if poll(&room, 1, milliseconds) > 0 { usleep(50) }
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    // MARK: The backlog

    private func enqueue(_ entry: JournalEntry) {
        let needsThread = backlog.withLock { backlog in
            guard backlog.append(entry) else {
                droppedCount.add(1, ordering: .relaxed)
                return false
            }
            waitingCount.store(backlog.count, ordering: .releasing)
            defer { backlog.isDraining = true }
            return !backlog.isDraining
        }
        guard needsThread else { return }
        let thread = DetachedThread(name: "apus-log") { [self] in
            while !drain(reportingDrops: true) { awaitRoom(milliseconds: 1000) }
        }
        guard !thread.start() else { return }
        // The next entry tries again.
        backlog.withLock { $0.isDraining = false }
    }

    /// Sends on what waits until the socket is full.
    ///
    /// - Parameter reportingDrops: as the backlog's own thread, which ends when nothing waits any more.
    /// - Returns: whether nothing waits any more, the report on dropped entries included.
    private func drain(reportingDrops: Bool) -> Bool {
        while true {
            // A few at a time, so that no caller of `send` waits long for the lock.
            let isEmpty: Bool? = backlog.withLock { backlog in
                defer { waitingCount.store(backlog.count, ordering: .releasing) }
                for _ in 0..<16 {
                    guard let entry = backlog.first else {
                        guard reportingDrops else { return true }
                        guard reportDrops(&backlog) else { return false }
                        backlog.isDraining = false
                        return true
                    }
                    switch transmit(entry) {
                    case .sent: break
                    case .full: return false
                    case .absent: fall(entry)
                    case .refused: droppedCount.add(1, ordering: .relaxed)
                    }
                    backlog.removeFirst()
                }
                return nil
            }
            if let isEmpty { return isEmpty }
        }
    }

    /// Tells the journal how many entries are missing.
    ///
    /// - Returns: false when the socket is full, so that the report has to wait for room like an entry.
    private func reportDrops(_ backlog: inout JournalBacklog) -> Bool {
        let dropped = dropped
        guard dropped > backlog.reportedDrops else { return true }
        var entry = JournalEntry()
        entry.append("MESSAGE", "dropped \(dropped - backlog.reportedDrops) log entries: journald took none for too long")
        entry.append("PRIORITY", String(JournalPriority.warning.rawValue))
        entry.append("SYSLOG_IDENTIFIER", identifier)
        entry.append("MESSAGE_ID", CataloguedEvent.entriesDropped.id)
        entry.append("N_DROPPED", String(dropped - backlog.reportedDrops))
        switch transmit(entry) {
        case .sent: backlog.reportedDrops = dropped
        case .full: return false
        // The next time says it.
        case .absent, .refused: break
        }
        return true
    }
}

import AgentMetrics
import ApusLimits
import ApusLinux
import ApusSegment
import ApusThreads
import CLinux
import EventCatalog
import Glibc
import Logging

/// The work of the report socket's thread: takes connections, reads what comes, and waits for nobody but the kernel's next event.
final class ReportLoop {
    private let listener: Int32
    private let table: InstanceTable
    private let work: AgentWork
    private let clock: AgentClock
    private let logger: Logger
    private let epoll: Int32
    private let disposal = DescriptorDisposal()
    private var connections = ReportConnections()
    /// A descriptor that is given up where there is no other, to take a connection off the socket's queue and close it.
    private var spare: Int32
    /// Until when no connection is accepted; `nil`: at once. CLOCK_MONOTONIC in nanoseconds.
    private var pauseEnd: UInt64?
    private let warnings = LogThrottle<UInt32>(burst: ReportLimits.lines.value)
    private let lives = LogThrottle<UInt32>(pause: .seconds(1), burst: ReportLimits.lifeLines.value)

    /// - Returns: nil, with a line in the log, when the process has no descriptor for it.
    init?(listener: Int32, table: InstanceTable, work: AgentWork, clock: AgentClock, logger: Logger) {
        self.listener = listener
        self.table = table
        self.work = work
        self.clock = clock
        self.logger = logger
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else {
            logger.critical("no epoll", metadata: ["reason": "\(String(cString: strerror(errno)))"])
            return nil
        }
    }

    deinit {
        for descriptor in [spare, epoll] where descriptor >= 0 { close(descriptor) }
    }

    /// The thread's body.
    func serve(until wake: WakeUp) {
        watch(listener)
        if wake.descriptor >= 0 { watch(wake.descriptor) }
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while !wake.isRaised {
            let count = epoll_wait(epoll, &events, Int32(events.count), wait())
            guard count >= 0 || errno == EINTR else { break }
            let ready = events.prefix(Int(max(0, count))).map(\.data.fd)
            if wake.isRaised { break }
            // Ends before beginnings: a process that restarts must find its predecessor gone.
            for socket in ready where socket != listener && socket != wake.descriptor { receive(socket) }
            if ready.contains(listener) { accept() }
            let now = clock.now().monotonic
            if let pauseEnd, now >= pauseEnd { resume() }
            while let socket = connections.overdue(at: now, deadline: Self.nanoseconds(ReportLimits.hello.value)) {
                refuse(socket, Refusal(.hello, "no hello within \(ReportLimits.hello.text)"))
            }
        }
        for socket in connections.all { letGo(socket) }
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 { UInt64(max(0, duration / .nanoseconds(1))) }

    /// Milliseconds until there is something to do without an event.
    private func wait() -> Int32 {
        guard let pauseEnd else { return 1000 }
        let now = clock.now().monotonic
        return Int32(min(1000, (pauseEnd - min(now, pauseEnd)) / 1_000_000 + 1))
    }

    private func watch(_ descriptor: Int32) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = descriptor
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    private func forget(_ descriptor: Int32) { epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }

    // MARK: - Connections

    private func accept() {
        for _ in 0..<ReportLimits.turn.value {
            let socket = apus_accept(listener)
            guard socket >= 0 else {
                if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { pause() }
                return
            }
            take(socket)
        }
    }

    private func take(_ socket: Int32) {
        guard let peer = ReportPeer(of: socket) else { return disposal.close([socket], sentBy: ReportPeer.unknownUser) }
        let isFull = isScarce(socket, of: ReportLimits.reserve.value)
        let reason = isFull ? RefusalReason.descriptors : .limit
        switch connections.add(socket, of: peer, isFull: isFull, at: clock.now().monotonic) {
        case .taken: watch(socket)
        case .takenFor(let loser):
            refuse(loser, Refusal(reason, isFull ? Self.scarcity : "too many connections: another one has its place"))
            watch(socket)
        case .refused(let words): turnAway(socket, peer, Refusal(reason, isFull ? Self.scarcity : words))
        }
    }

    private static let scarcity =
        "the agent has hardly any descriptor left: raise LimitNOFILE= of its unit, or its container's limit"

    /// Whether a descriptor is one of the last that this process may have: the kernel gives the lowest that is free.
    private func isScarce(_ descriptor: Int32, of reserve: Int) -> Bool {
        guard let soft = DescriptorLimit.current?.soft else { return false }
        return Int(descriptor) >= soft - min(reserve, soft / 2)
    }

    /// No descriptor is left: one connection is taken off the queue and closed by giving up the spare one, and nothing is accepted for
    /// a while, as the socket goes on being ready.
    private func pause() {
        if spare >= 0 {
            close(spare)
            let socket = apus_accept(listener)
            if socket >= 0 { disposal.close([socket], sentBy: ReportPeer(of: socket)?.uid ?? ReportPeer.unknownUser) }
        }
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
        work.countRefusal(.descriptors)
        warn(Refusal(.descriptors, Self.scarcity), ReportPeer(pid: 0, uid: geteuid()))
        forget(listener)
        pauseEnd = clock.now().monotonic + Self.nanoseconds(ReportLimits.pause.value)
    }

    private func resume() {
        pauseEnd = nil
        if spare < 0 { spare = open("/dev/null", O_RDONLY | O_CLOEXEC) }
        watch(listener)
    }

    // MARK: - Messages

    private func receive(_ socket: Int32) {
        guard let connection = connections[socket] else { return }
        switch ReportMessage.receive(from: socket) {
        case .nothing: return
        case .end: end(socket)
        case .refused(let refusal, let descriptors):
            disposal.close(descriptors, sentBy: connection.peer.uid)
            if connection.instance == nil { refuse(socket, refusal) }
        case .message(let bytes, let descriptors):
            // After the hello nothing more is defined: what a later service sends is read and ignored.
            guard connection.instance == nil else { return disposal.close(descriptors, sentBy: connection.peer.uid) }
            do {
                let admission = try admit(bytes, socket, descriptors, connection)
                connections.introduce(socket, as: admission.instance)
                send(.accepted, socket)
                if let loser = admission.displaced.flatMap({ connections.socket($0) }) {
                    refuse(
                        loser, Refusal(.limit, "the agent is full, and another user or process with fewer instances has come"))
                }
            } catch {
                refuse(socket, error)
            }
            disposal.close(descriptors, sentBy: connection.peer.uid)
        }
    }

    private func admit(
        _ bytes: [UInt8], _ socket: Int32, _ descriptors: [Int32], _ connection: ReportConnections.Connection
    ) throws(Refusal) -> InstanceTable.Admission {
        let hello: Hello
        do { hello = try Hello(bytes: bytes) } catch { throw Refusal(.hello, error.description) }
        guard let segment = descriptors.first else { throw Refusal(.segment, "no descriptor came with the message") }
        // A connection that has got one of the last may report: there is room for the files that it is watched by.
        if isScarce(segment, of: ReportLimits.reserve.value / 2) { throw Refusal(.descriptors, Self.scarcity) }
        let pidfd = apus_peer_pidfd(socket)
        defer { if pidfd >= 0 { close(pidfd) } }
        let admission = try table.admit(
            hello, from: connection.peer, pidfd: pidfd, descriptor: segment, connection: connection.number, at: clock.now())
        tellBeginning(admission, connection.peer)
        return admission
    }

    private func end(_ socket: Int32) {
        if let connection = connections.remove(socket), let instance = connection.instance {
            instance.detach(connection: connection.number, at: clock.now())
            if let facts = facts(of: instance, connection.peer, lives) {
                logger.notice("an instance has ended", metadata: facts)
            }
        }
        forget(socket)
        // Nothing is left in it.
        close(socket)
    }

    private func refuse(_ socket: Int32, _ refusal: Refusal) {
        guard let connection = connections.remove(socket) else { return }
        connection.instance?.detach(connection: connection.number, at: clock.now())
        forget(socket)
        turnAway(socket, connection.peer, refusal)
    }

    /// Answers and closes a connection that is not among those that are served.
    private func turnAway(_ socket: Int32, _ peer: ReportPeer, _ refusal: Refusal) {
        work.countRefusal(refusal.reason)
        warn(refusal, peer)
        send(.refused(refusal.message), socket)
        disposal.close([socket], sentBy: peer.uid)
    }

    private func letGo(_ socket: Int32) {
        forget(socket)
        guard let connection = connections.remove(socket) else { return }
        disposal.close([socket], sentBy: connection.peer.uid)
    }

    private func send(_ reply: Reply, _ socket: Int32) {
        let bytes = reply.bytes
        // A peer that takes no answer is seen at its end.
        _ = apus_send_with_descriptor(socket, bytes, bytes.count, -1)
    }

    // MARK: - Log

    private func facts(of instance: KnownInstance, _ peer: ReportPeer, _ throttle: LogThrottle<UInt32>) -> Logger.Metadata? {
        guard let omitted = throttle.admit(peer.uid) else { return nil }
        var facts: Logger.Metadata = [
            "instance": "\(instance.identity)", "pid": "\(peer.pid)", "uid": "\(peer.uid)",
        ]
        if omitted > 0 { facts["omitted"] = "\(omitted)" }
        return facts
    }

    private func tellBeginning(_ admission: InstanceTable.Admission, _ peer: ReportPeer) {
        if let facts = facts(of: admission.instance, peer, lives) { logger.info("an instance reports", metadata: facts) }
        guard let hidden = admission.hidden, var facts = facts(of: admission.instance, peer, warnings) else { return }
        facts["reason"] = "\(hidden)"
        logger.warning(
            "a process that reports cannot be seen: its own metrics are served, and none of its CPU and memory", metadata: facts
        )
    }

    private func warn(_ refusal: Refusal, _ peer: ReportPeer) {
        guard let omitted = warnings.admit(peer.uid) else { return }
        var facts: Logger.Metadata = [
            "reason": "\(refusal.message)", "pid": "\(peer.pid)", "uid": "\(peer.uid)",
        ]
        if omitted > 0 { facts["omitted"] = "\(omitted)" }
        logger.warning("a report is refused", metadata: CataloguedEvent.reportRefused.metadata(facts))
    }
}

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
    private var poll: DescriptorPoll
    private let disposal = DescriptorDisposal()
    private var connections = ReportConnections()
    /// A descriptor that is given up where there is no other, to take a connection off the socket's queue and close it.
    private var spare: Int32
    /// Until when no connection is accepted; `nil`: at once. CLOCK_MONOTONIC in nanoseconds.
    private var pauseEnd: UInt64?
    /// A connection that nothing is read of until what its user has sent is closed.
    private struct HeldBack {
        let number: Int
        /// CLOCK_MONOTONIC in nanoseconds.
        let since: UInt64
        var isTold = false
    }

    private var heldBack: [HeldBack] = []
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
        do { poll = try DescriptorPoll() } catch {
            logger.critical("no epoll", metadata: ["reason": "\(SocketErrorText.accepting(error.code))"])
            if spare >= 0 { close(spare) }
            return nil
        }
    }

    deinit { if spare >= 0 { close(spare) } }

    /// The thread's body.
    func serve(until wake: WakeUp) {
        watch(listener)
        if wake.descriptor >= 0 { watch(wake.descriptor) }
        while !wake.isRaised {
            let ready = poll.wait(milliseconds: wait())
            if wake.isRaised { break }
            // Ends before beginnings: a process that restarts must find its predecessor gone.
            for socket in ready where socket != listener && socket != wake.descriptor { receive(socket) }
            if ready.contains(listener) { accept() }
            let now = clock.now().monotonic
            if let pauseEnd, now >= pauseEnd { resume() }
            readOn()
            while let socket = connections.overdue(at: now, deadline: Self.nanoseconds(ReportLimits.hello.value)) {
                refuse(socket, Refusal(.hello, "no hello within \(ReportLimits.hello.text)"))
            }
        }
        for socket in connections.all { letGo(socket) }
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 { UInt64(max(0, duration / .nanoseconds(1))) }

    /// Milliseconds until there is something to do without an event.
    private func wait() -> Int32 {
        guard let pauseEnd else { return heldBack.isEmpty ? 1000 : 200 }
        let now = clock.now().monotonic
        return Int32(min(1000, (pauseEnd - min(now, pauseEnd)) / 1_000_000 + 1))
    }

    private func watch(_ descriptor: Int32) { poll.add(descriptor) }

    private func forget(_ descriptor: Int32) { poll.remove(descriptor) }

    // MARK: - Connections

    private func accept() {
        for _ in 0..<ReportLimits.turn.value {
            let socket = apus_accept(listener)
            guard socket >= 0 else {
                if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { pause() }
                return
            }
            take(socket)
            // What is left belongs to scrapes and to the files of processes.
            if DescriptorLimit.isScarce(socket, of: ReportLimits.reserve.value / 2) { return pause() }
        }
    }

    private func take(_ socket: Int32) {
        guard let peer = ReportPeer(of: socket) else { return disposal.close(connection: socket, of: ReportPeer.unknownUser) }
        let isFull = DescriptorLimit.isScarce(socket, of: ReportLimits.reserve.value)
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

    /// No descriptor is left, or hardly one: one connection is taken off the queue and closed by giving up the spare one, and nothing is accepted for
    /// a while, as the socket goes on being ready.
    private func pause() {
        if spare >= 0 {
            close(spare)
            let socket = apus_accept(listener)
            if socket >= 0 { disposal.close(connection: socket, of: ReportPeer(of: socket)?.uid ?? ReportPeer.unknownUser) }
        }
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC)
        work.countRefusal(.descriptors)
        warn(Refusal(.descriptors, Self.scarcity), ReportPeer(pid: 0, uid: geteuid()))
        forget(listener)
        pauseEnd = clock.now().monotonic + Self.nanoseconds(ReportLimits.pause.value)
    }

    private func resume() {
        if spare < 0 { spare = open("/dev/null", O_RDONLY | O_CLOEXEC) }
        let next = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if next >= 0 { close(next) }
        guard next >= 0, !DescriptorLimit.isScarce(next, of: ReportLimits.reserve.value / 2) else {
            pauseEnd = clock.now().monotonic + Self.nanoseconds(ReportLimits.pause.value)
            return
        }
        pauseEnd = nil
        watch(listener)
    }

    /// Reads nothing of a connection for a while: what its user has sent is closed too slowly.
    private func holdBack(_ socket: Int32, _ connection: ReportConnections.Connection) {
        forget(socket)
        heldBack.append(HeldBack(number: connection.number, since: clock.now().monotonic))
    }

    /// Reads on where what the user had sent is closed, and tells of a connection that has waited longer than a busy machine takes.
    private func readOn() {
        guard !heldBack.isEmpty else { return }
        let now = clock.now().monotonic
        var rest: [HeldBack] = []
        for var held in heldBack {
            guard let socket = connections.socket(held.number), let peer = connections[socket]?.peer else { continue }
            guard disposal.pending(of: peer.uid) > ReportLimits.pendingCloses.value / 2 else {
                watch(socket)
                continue
            }
            if !held.isTold, now - min(now, held.since) > Self.nanoseconds(ReportLimits.pause.value) {
                held.isTold = true
                work.countRefusal(.descriptors)
                warn(
                    Refusal(
                        .descriptors, "what the user has sent closes slowly: nothing more of it is read until that is done"),
                    peer)
            }
            rest.append(held)
        }
        heldBack = rest
    }

    // MARK: - Messages

    private func receive(_ socket: Int32) {
        guard let connection = connections[socket] else { return }
        let uid = connection.peer.uid
        guard disposal.pending(of: uid) < ReportLimits.pendingCloses.value else { return holdBack(socket, connection) }
        switch ReportMessage.receive(from: socket) {
        case .nothing: return
        case .end: end(socket)
        case .refused(let refusal, let descriptor):
            disposal.close(descriptor.map { [$0] } ?? [], sentBy: uid)
            if connection.instance == nil { refuse(socket, refusal) }
        case .intolerable(let refusal, let descriptor):
            disposal.close(descriptor.map { [$0] } ?? [], sentBy: uid)
            refuse(socket, refusal)
        case .message(let bytes, let descriptor):
            defer { disposal.close(descriptor.map { [$0] } ?? [], sentBy: uid) }
            // After the hello nothing more is defined: what a later service sends is read and ignored.
            guard connection.instance == nil else { return }
            do {
                let admission = try admit(bytes, socket, descriptor, connection)
                connections.introduce(socket, as: admission.instance)
                send(.accepted, socket)
                if let former = admission.former.flatMap({ connections.socket($0) }), former != socket {
                    refuse(former, Refusal(.name, "\(admission.instance.identity) was taken over by \(connection.peer)"))
                }
                if let loser = admission.displaced.flatMap({ connections.socket($0) }) {
                    refuse(
                        loser, Refusal(.limit, "the agent is full, and another user or process with fewer instances has come"))
                }
            } catch {
                refuse(socket, error)
            }
        }
    }

    private func admit(
        _ bytes: [UInt8], _ socket: Int32, _ descriptor: Int32?, _ connection: ReportConnections.Connection
    ) throws(Refusal) -> InstanceTable.Admission {
        let hello: Hello
        do { hello = try Hello(bytes: bytes) } catch { throw Refusal(.hello, error.description) }
        guard let segment = descriptor else { throw Refusal(.segment, "no descriptor came with the message") }
        // A connection that has got one of the last may report: there is room for the files that it is watched by.
        if DescriptorLimit.isScarce(segment, of: ReportLimits.reserve.value / 2) { throw Refusal(.descriptors, Self.scarcity) }
        let pidfd = apus_peer_pidfd(socket)
        defer { if pidfd >= 0 { close(pidfd) } }
        let admission = try table.admit(
            hello, from: connection.peer, pidfd: pidfd, descriptor: segment, connection: connection.number, at: clock.now())
        tellBeginning(admission, connection.peer)
        return admission
    }

    private func end(_ socket: Int32) {
        guard let connection = connections.remove(socket) else { return }
        let peer = connection.peer
        if let instance = connection.instance {
            instance.detach(connection: connection.number, at: clock.now())
            if let facts = facts(of: instance, peer, lives) {
                logger.notice("an instance has ended", metadata: facts)
            }
        }
        forget(socket)
        // A message without bytes looks like the end too: behind it there may be descriptors that close slowly.
        disposal.close(connection: socket, of: peer.uid)
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
        disposal.close(connection: socket, of: peer.uid)
    }

    private func letGo(_ socket: Int32) {
        forget(socket)
        guard let connection = connections.remove(socket) else { return }
        disposal.close(connection: socket, of: connection.peer.uid)
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

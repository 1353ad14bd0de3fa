import ApusThreads
import ApusSegment
import CLinux
import EventCatalog
import Glibc
import Logging
import AgentMetrics
import ServiceLifecycle
import Synchronization

/// Listens on the report socket and admits the processes that introduce themselves there.
///
/// One thread waits for all connections (epoll); a connection costs a descriptor and an entry. Its end is the end of the reporting:
/// the kernel closes it when the process ends, however that happens.
final class ReportListener: Service {
    private let table: InstanceTable
    private let work: AgentWork
    private let logger: Logger
    /// The path of a socket of its own; `nil` where the service manager passed one, which stays when the agent ends.
    private let path: String?
    private let listener: Int32
    private let clock: AgentClock

    /// Seconds that a connection has to introduce itself.
    private static let helloDeadline: UInt64 = 5_000_000_000
    /// Connections past this number are closed at once.
    private static let connectionLimit = 4096

    /// Makes the socket; a stale file of an agent that is gone is replaced.
    init(path: String, table: InstanceTable, work: AgentWork, clock: AgentClock, logger: Logger) throws(AgentError) {
        self.clock = clock
        self.table = table
        self.work = work
        self.logger = logger
        self.path = path
        guard path.utf8.count <= 107 else { throw .socketPathTooLong(path) }
        let socket = apus_seqpacket_socket(1)
        guard socket >= 0 else { throw .cannotBindSocket(path, reason: Self.lastError()) }
        do throws(AgentError) {
            try Self.removeStale(path)
            guard apus_unix_bind(socket, path) == 0, listen(socket, 128) == 0 else {
                throw AgentError.cannotBindSocket(path, reason: Self.lastError())
            }
        } catch {
            close(socket)
            throw error
        }
        // Owner and group may report.
        chmod(path, 0o660)
        listener = socket
    }

    /// Listens on a socket that the service manager has made, and owns the descriptor.
    init(passed socket: Int32, table: InstanceTable, work: AgentWork, clock: AgentClock, logger: Logger) {
        self.clock = clock
        self.table = table
        self.work = work
        self.logger = logger
        path = nil
        // Connections are taken until there is none.
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
        listener = socket
    }

    deinit { close(listener) }

    private static func removeStale(_ path: String) throws(AgentError) {
        let probe = apus_seqpacket_socket(1)
        guard probe >= 0 else { return }
        defer { close(probe) }
        if apus_unix_connect(probe, path) == 0 || errno == EAGAIN { throw .socketInUse(path) }
        guard errno == ECONNREFUSED else { return }
        // A plain file refuses a connection too; what is no socket is not ours to remove.
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }

    func run() async throws {
        defer { if let path { unlink(path) } }
        try await ThreadService(name: "apus-reports") { self.serve(until: $0) }.run()
    }

    /// The thread's body.
    private func serve(until wake: WakeUp) {
        var connections = ReportConnections()
        let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { return logger.critical("no epoll", metadata: ["reason": "\(Self.lastError())"]) }
        defer { close(epoll) }
        watch(listener, epoll)
        if wake.descriptor >= 0 { watch(wake.descriptor, epoll) }
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while !wake.isRaised {
            let count = epoll_wait(epoll, &events, Int32(events.count), 1000)
            guard count >= 0 || errno == EINTR else { break }
            let ready = events.prefix(Int(max(0, count))).map(\.data.fd)
            if wake.isRaised { break }
            // Ends before beginnings: a process that restarts must find its predecessor gone.
            for socket in ready where socket != listener && socket != wake.descriptor { receive(socket, &connections) }
            if ready.contains(listener) { accept(epoll, &connections) }
            for socket in connections.overdue(at: clock.now().monotonic, deadline: Self.helloDeadline) {
                refuse(socket, Refusal(.hello, "no hello within 5 seconds"), &connections)
            }
        }
        for socket in connections.sockets { close(socket) }
    }

    private func watch(_ descriptor: Int32, _ epoll: Int32) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = descriptor
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    private func accept(_ epoll: Int32, _ connections: inout ReportConnections) {
        while true {
            let socket = apus_accept(listener)
            guard socket >= 0 else { return }
            guard connections.count < Self.connectionLimit else {
                work.countRefusal(.limit)
                close(socket)
                continue
            }
            connections.add(socket, at: clock.now().monotonic)
            watch(socket, epoll)
        }
    }

    private func receive(_ socket: Int32, _ connections: inout ReportConnections) {
        var buffer = [UInt8](repeating: 0, count: Hello.longest)
        var descriptor: Int32 = -1
        let count = apus_receive_with_descriptor(socket, &buffer, buffer.count, &descriptor)
        defer { if descriptor >= 0 { close(descriptor) } }
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
        guard let connection = connections[socket] else { return }
        if count <= 0 {
            if count < 0 && errno == EMSGSIZE && connection.instance == nil {
                return refuse(socket, Refusal(.hello, "the message is longer than \(Hello.longest) bytes"), &connections)
            }
            return end(socket, &connections)
        }
        // After the hello nothing more is defined: what a later service sends is read and ignored.
        guard connection.instance == nil else { return }
        do {
            let instance = try admit(Array(buffer[..<count]), socket, descriptor, connection.number)
            connections.introduce(socket, as: instance)
            send(.accepted, socket)
        } catch {
            refuse(socket, error, &connections)
        }
    }

    private func admit(_ bytes: [UInt8], _ socket: Int32, _ descriptor: Int32, _ number: Int) throws(Refusal) -> KnownInstance {
        let hello: Hello
        do { hello = try Hello(bytes: bytes) } catch { throw Refusal(.hello, error.description) }
        guard descriptor >= 0 else { throw Refusal(.segment, "no descriptor came with the message") }
        var pid: pid_t = 0
        var uid: uid_t = 0
        guard apus_peer_credentials(socket, &pid, &uid) == 0, pid > 0 else {
            throw Refusal(.hello, "the kernel does not say which process this is")
        }
        let instance = try table.admit(hello, pid: pid, descriptor: descriptor, connection: number, at: clock.now())
        logger.info("an instance reports", metadata: ["instance": "\(instance.identity)", "pid": "\(pid)", "uid": "\(uid)"])
        return instance
    }

    private func end(_ socket: Int32, _ connections: inout ReportConnections) {
        if let connection = connections.remove(socket), let instance = connection.instance {
            instance.detach(connection: connection.number, at: clock.now())
            logger.notice("an instance has ended", metadata: ["instance": "\(instance.identity)"])
        }
        close(socket)
    }

    private func refuse(_ socket: Int32, _ refusal: Refusal, _ connections: inout ReportConnections) {
        work.countRefusal(refusal.reason)
        logger.warning(
            "a report is refused", metadata: CataloguedEvent.reportRefused.metadata(["reason": "\(refusal.message)"]))
        send(.refused(refusal.message), socket)
        _ = connections.remove(socket)
        close(socket)
    }

    private func send(_ reply: Reply, _ socket: Int32) {
        let bytes = reply.bytes
        // A peer that takes no answer is seen at its end.
        _ = apus_send_with_descriptor(socket, bytes, bytes.count, -1)
    }
}

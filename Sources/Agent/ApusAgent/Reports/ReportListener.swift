import ApusThreads
import CLinux
import Glibc
import Logging
import ServiceLifecycle

/// Listens on the report socket and admits the processes that introduce themselves there.
///
/// One thread waits for all connections (``ReportLoop``); a connection costs a descriptor and an entry. Its end is the end of the
/// reporting: the kernel closes it when the process ends, however that happens.
final class ReportListener: Service {
    private let table: InstanceTable
    private let work: AgentWork
    private let logger: Logger
    /// The path of a socket of its own; `nil` where the service manager passed one, which stays when the agent ends.
    private let path: String?
    private let listener: Int32
    private let clock: AgentClock

    /// Makes the socket; a stale file of an agent that is gone is replaced.
    init(path: String, table: InstanceTable, work: AgentWork, clock: AgentClock, logger: Logger) throws(AgentError) {
        self.clock = clock
        self.table = table
        self.work = work
        self.logger = logger
        self.path = path
        guard path.utf8.count <= 107 else { throw .socketPathTooLong(path) }
        let socket = apus_seqpacket_socket(1)
        guard socket >= 0 else { throw .cannotBindSocket(path, code: errno) }
        do throws(AgentError) {
            try Self.removeStale(path)
            guard apus_unix_bind(socket, path) == 0, listen(socket, 128) == 0 else {
                throw AgentError.cannotBindSocket(path, code: errno)
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
        var status = stat()
        // What is no socket is not ours to remove.
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK {
            throw .socketPathTaken(path, by: kind(status.st_mode))
        }
        let probe = apus_seqpacket_socket(1)
        guard probe >= 0 else { return }
        defer { close(probe) }
        if apus_unix_connect(probe, path) == 0 || errno == EAGAIN { throw .socketInUse(path) }
        guard errno == ECONNREFUSED else { return }
        unlink(path)
    }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFREG: "a file"
        case S_IFLNK: "a symbolic link"
        default: "no socket"
        }
    }

    func run() async throws {
        defer { if let path { unlink(path) } }
        try await ThreadService(name: "apus-reports") { [self] wake in
            let loop = ReportLoop(listener: listener, table: table, work: work, clock: clock, logger: logger)
            loop?.serve(until: wake)
        }.run()
    }
}

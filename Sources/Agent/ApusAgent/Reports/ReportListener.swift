import ApusLinux
import ApusThreads
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
    /// The file of a socket of its own; `nil` where the service manager passed one, which stays when the agent ends.
    private let file: SocketFile?
    private let listener: Int32
    private let clock: AgentClock

    /// Makes the socket, on which owner and group may report; a stale file of an agent that is gone is replaced.
    init(path: String, table: InstanceTable, work: AgentWork, clock: AgentClock, logger: Logger) throws(AgentError) {
        self.clock = clock
        self.table = table
        self.work = work
        self.logger = logger
        do throws(SocketFileFault) {
            let (descriptor, file) = try SocketFile.listen(at: path, .packets, backlog: 128)
            listener = descriptor
            self.file = file
        } catch { throw .socketFile(path, error, option: "--socket") }
    }

    /// Listens on a socket that the service manager has made, and owns the descriptor.
    init(passed socket: Int32, table: InstanceTable, work: AgentWork, clock: AgentClock, logger: Logger) {
        self.clock = clock
        self.table = table
        self.work = work
        self.logger = logger
        file = nil
        // Connections are taken until there is none.
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
        listener = socket
    }

    deinit { close(listener) }

    func run() async throws {
        defer { file?.remove() }
        try await ThreadService(name: "apus-reports") { [self] wake in
            let loop = ReportLoop(listener: listener, table: table, work: work, clock: clock, logger: logger)
            loop?.serve(until: wake)
        }.run()
    }
}

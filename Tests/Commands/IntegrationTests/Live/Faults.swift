import ApusTopology
import Foundation
import HostTesting
import Glibc
import ServerTesting
import Synchronization

/// What can go wrong in a running fleet, done to its processes.
final class Faults: Sendable {
    let stack: ProductionStack
    /// Takes connections and answers none.
    private let receiver: OccupiedPort
    private let receiverPort: Int
    private let sessions = Mutex<[ServerProcess]>([])
    private let stopped = Mutex<[pid_t]>([])

    init(stack: ProductionStack) throws {
        self.stack = stack
        receiverPort = try LoopbackPort.free()
        receiver = try OccupiedPort(receiverPort)
    }

    // MARK: - Work

    /// More work than all workers hold at a time, for a receiver that never answers.
    func hangReceiver() async throws {
        let url = "http://127.0.0.1:\(receiverPort)/"
        let one = #"{"userId":"u1","channel":"webhook","webhookUrl":"\#(url)","title":"t","body":"b"}"#
        for _ in 0..<20 {
            let answer = try await HTTP.post(
                "\(stack.fleet.apis[0])/notifications", "[\(Array(repeating: one, count: 20).joined(separator: ","))]")
            guard answer.status < 300 else { throw Failure("the API refuses notifications: \(answer.text)") }
        }
    }

    // MARK: - Processes

    /// Once more when Prometheus has seen that it was started again.
    func killWorkerTwice(_ name: String) async throws {
        kill(try stack.fleet.pid(of: name), SIGKILL)
        let starts = "changes(service_process_start_time_seconds{instance=\"\(name)\"}[15m]) >= 1"
        try await eventually("\(name) is seen again", within: .seconds(60)) {
            try await !stack.prometheus.query(starts).isEmpty
        }
        kill(try stack.fleet.pid(of: name), SIGKILL)
    }

    func hangWorker(_ name: String) throws { try hang(stack.fleet.pid(of: name)) }

    func hangAgent() throws { try hang(stack.fleet.pid(of: nil)) }

    private func hang(_ pid: pid_t) throws {
        kill(pid, SIGSTOP)
        stopped.withLock { $0.append(pid) }
    }

    // MARK: - The database of the fleet

    /// Nobody can write for longer than requests wait.
    func lockDatabase() async throws {
        let file = stack.fleet.data + "/" + stack.topology.data.database
        // The workers write at the same time: without a timeout, the lock is refused at once when one of them holds it.
        let lock = try ServerProcess(
            "sqlite3", ["-bail", "-cmd", ".timeout 30000", file, "BEGIN IMMEDIATE", ".shell echo held; exec sleep 60"],
            of: "sqlite3")
        defer { lock.stop() }
        try await eventually("nobody else can write", within: .seconds(30)) { lock.log.contains("held") }
        let body = #"{"userId":"u1","channel":"log","title":"t","body":"b"}"#
        let url = "\(stack.fleet.apis[0])/notifications"
        try await eventually("a request fails", within: .seconds(60)) { try await HTTP.post(url, body).status >= 500 }
        // More than went well before the lock was held, all at a time, as each waits for the lock in vain.
        await withTaskGroup { requests in
            for _ in 0..<40 { requests.addTask { _ = try? await HTTP.post(url, body) } }
        }
    }

    // MARK: - Servers

    /// Sessions that do nothing, as many as leave one in ten of the connections.
    func useConnections() throws {
        let database = stack.topology.databases[0]
        for _ in 0..<15 {
            let session = try stack.postgres.session("SELECT pg_sleep(600)", database: database.database)
            sessions.withLock { $0.append(session) }
        }
    }

    /// Two transactions that each want the row that the other one has.
    func deadlock() async throws {
        let database = stack.topology.databases[0].database
        try stack.postgres.query("CREATE TABLE accounts (id int); INSERT INTO accounts VALUES (1), (2)", database: database)
        let orders = [(1, 2), (2, 1)].map { first, second in
            """
            BEGIN; UPDATE accounts SET id = id WHERE id = \(first); SELECT pg_sleep(2); \
            UPDATE accounts SET id = id WHERE id = \(second); COMMIT
            """
        }
        let both = try orders.map { try stack.postgres.session($0, database: database) }
        try await eventually("one of two transactions ends by a deadlock") { both.contains { $0.log.contains("deadlock") } }
    }

    /// More than the limit, and more clients at once than it takes.
    func fillCache() throws {
        try stack.redis.command(
            "EVAL", "for i = 1, 20000 do redis.call('SET', 'k' .. i, string.rep('x', 1000)) end", "0")
        try stack.redis.command("CONFIG", "SET", "maxclients", "20")
        // It fails, as some of its clients are refused.
        _ = try? ServerTool.run(
            "redis-benchmark", ["-h", "127.0.0.1", "-p", "\(stack.redis.port)", "-c", "50", "-n", "100", "-t", "ping"],
            of: "redis-server")
    }

    func fillBrokerQueue() throws {
        stack.consumer.stop()
        for _ in 0..<30 { try stack.publish() }
    }

    func shortenCertificate() throws { try stack.renewCertificate(validDays: 1) }

    func breakConfigurations() throws {
        for path in ["deploy/prometheus/prometheus.yml", "deploy/alertmanager/alertmanager.yml"] {
            try "nonsense: true\n".write(toFile: stack.folder.path(path), atomically: false, encoding: .utf8)
        }
        stack.prometheus.reload()
        stack.exporters[.alertmanager]?.signal(SIGHUP)
    }

    func stopServers() {
        for session in sessions.withLock({ $0 }) { session.stop() }
        stack.postgres.stop()
        stack.redis.stop()
        stack.rabbitmq.stop()
        stack.nginx.stop()
        for kind in [.hostExporter, .alertmanager] as [FleetEndpoint.Kind] { stack.exporters[kind]?.stop() }
    }

    /// Lets what hangs go on, so that it can end.
    func undo() throws { for pid in stopped.withLock({ $0 }) { kill(pid, SIGCONT) } }

    deinit { for pid in stopped.withLock({ $0 }) { kill(pid, SIGCONT) } }
}

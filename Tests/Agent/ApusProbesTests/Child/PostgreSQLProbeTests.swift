import AgentMetrics
import ApusLimits
import ApusProbes
import Foundation
import Glibc
import HostTesting
import NIOCore
import ServerTesting
import Testing

/// PostgreSQL by a probe, against real servers.
@Suite struct PostgreSQLProbeTests {
    @Test func `the figures are the server's own`() async throws {
        let server = try PostgreSQLServer(settings: ["max_connections = 17", "superuser_reserved_connections = 2"])
        try server.query("CREATE DATABASE orders")
        let idle = try server.session("SELECT pg_sleep(600)", database: "orders")
        defer { idle.stop() }
        let open = try server.session("BEGIN; SELECT 1; SELECT pg_sleep(600)")
        defer { open.stop() }
        try await eventually("both sessions") {
            try server.query(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()")
                == "2\n"
        }
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        let figures = try #require(try await child.ask().postgresql)
        #expect(figures.maxConnections == 17)
        #expect(figures.reservedConnections == 2)
        #expect(figures.isStatisticsVisible)
        #expect(!figures.isInRecovery && figures.replayDelay == nil && figures.isReceiving == nil)
        let own = "application_name <> 'psql' OR pid <> pg_backend_pid()"
        let counts = try server.query(
            "SELECT application_name, state, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND (\(own)) "
                + "GROUP BY 1, 2 ORDER BY 1, 2")
        // The probe's own connection is active while it asks, and idle when psql does.
        let told = figures.connections.map { connections -> String in
            let state = connections.application == "apus-agent" ? "idle" : connections.state
            return "\(connections.application)|\(state)|\(connections.count)\n"
        }
        #expect(told.sorted().joined() == counts)
        #expect(figures.connectionCount == 3)
        for database in figures.databases {
            let size = try server.query("SELECT pg_database_size('\(database.name)')")
            let said = try #require(Int(size.dropLast()))
            #expect(abs(database.size - said) < 1_000_000)
        }
        #expect(Set(figures.databases.map(\.name)) == ["orders", "postgres", "template0", "template1"])
        let oldest = try #require(figures.oldestTransaction)
        #expect(oldest > 0 && oldest < 60)
        #expect(figures.oldestIdleTransaction == 0)
        #expect(figures.oldestPreparedTransaction == 0)
    }

    @Test func `transactions that nobody works on are told by their age`() async throws {
        let server = try PostgreSQLServer(settings: ["max_prepared_transactions = 2"])
        try server.query("CREATE TABLE t (x int)")
        try server.query("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'left'")
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        try await eventually("an old prepared transaction") {
            (try await child.ask().postgresql?.oldestPreparedTransaction ?? 0) > 0.05
        }
        let idle = try FedProgram(
            "/usr/bin/psql", ["-X", "-q", "-h", "127.0.0.1", "-p", "\(server.port)", "-U", "postgres"],
            input: "BEGIN; SELECT 1;")
        defer { idle.stop() }
        try await eventually("an idle transaction") {
            (try await child.ask().postgresql?.oldestIdleTransaction ?? 0) > 0.05
        }
    }

    @Test func `the connection is kept, so that a server without free slots still answers, and comes back after a restart`()
        async throws
    {
        let port = try LoopbackPort.free()
        let settings = ["max_connections = 5", "superuser_reserved_connections = 0", "max_wal_senders = 0"]
        var server: PostgreSQLServer? = try PostgreSQLServer(port: port, settings: settings)
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: port, user: "postgres"))
        #expect(try await child.ask().postgresql?.connectionCount == 1)
        var sessions: [ServerProcess] = []
        for _ in 0..<4 { sessions.append(try #require(server).session("SELECT pg_sleep(600)")) }
        try await eventually("all slots taken") { try await child.ask().postgresql?.connectionCount == 5 }
        #expect((try? server?.query("SELECT 1")) == nil, "nobody else gets in")
        for session in sessions { session.stop() }
        server?.stop()
        server = nil
        let failure = try #require(try await child.ask().failure)
        #expect(failure.reason == .connection)
        #expect(failure.text.contains("Connection refused"))
        let again = try PostgreSQLServer(port: port, settings: settings)
        #expect(try await child.ask().postgresql?.maxConnections == 5)
        again.stop()
    }

    @Test func `a server that was started anew between two attempts is not down`() async throws {
        let port = try LoopbackPort.free()
        let server = try PostgreSQLServer(port: port)
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: port, user: "postgres"))
        #expect(try await child.ask().postgresql != nil)
        try server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'apus-agent'")
        #expect(try await child.ask().postgresql != nil)
    }

    @Test func `a user who sees little is told of, and no figure is silently wrong`() async throws {
        let server = try PostgreSQLServer()
        try server.query("CREATE ROLE little LOGIN; CREATE ROLE monitor LOGIN; GRANT pg_monitor TO monitor")
        try server.query("CREATE DATABASE secret")
        try server.query("REVOKE CONNECT ON DATABASE secret FROM PUBLIC")
        let session = try server.session("SELECT pg_sleep(600)")
        defer { session.stop() }
        try await eventually("the session") {
            try server.query(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()")
                == "1\n"
        }
        let little = try #require(
            try await AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "little")).ask().postgresql)
        #expect(!little.isStatisticsVisible)
        #expect(little.connections.contains { $0.application == "psql" && $0.state == "hidden" && $0.count == 1 })
        #expect(little.oldestTransaction == nil && little.oldestIdleTransaction == nil)
        #expect(!little.databases.contains { $0.name == "secret" })
        let monitor = try #require(
            try await AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "monitor")).ask().postgresql)
        #expect(monitor.isStatisticsVisible)
        #expect(monitor.connections.contains { $0.application == "psql" && $0.state == "active" })
        #expect(monitor.databases.contains { $0.name == "secret" })
    }

    @Test func `applications past the bound are one, and none is lost`() async throws {
        let server = try PostgreSQLServer(settings: ["max_connections = 100"])
        var sessions: [ServerProcess] = []
        defer { for session in sessions { session.stop() } }
        for number in 0..<(ChildLimits.applications.value + 5) {
            sessions.append(try server.session("SET application_name = 'app-\(number)'; SELECT pg_sleep(600)"))
        }
        try await eventually("all sessions") {
            try server.query("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'app-%'")
                == "\(sessions.count)\n"
        }
        let figures = try #require(
            try await AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres")).ask().postgresql)
        #expect(Set(figures.connections.map(\.application)).count == ChildLimits.applications.value + 1)
        #expect(figures.connections.filter { $0.application == "other" }.map(\.count) == [6])
        #expect(figures.connectionCount == sessions.count + 1)
    }

    @Test func `replication is told on both sides`() async throws {
        let server = try PostgreSQLServer(settings: ["wal_level = replica", "max_wal_senders = 5"])
        try server.query("CREATE TABLE t (x int)")
        let standby = try server.standby(slot: "second", settings: ["primary_slot_name = 'second'"])
        let primary = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        try await eventually("a replica that streams") {
            try await primary.ask().postgresql?.replicas.map(\.state) == ["streaming"]
        }
        try server.query("INSERT INTO t SELECT generate_series(1, 1000)")
        try await eventually("that all is replayed") { try await primary.ask().postgresql?.replicas.first?.lagBytes == 0 }
        let replica = try #require(try await primary.ask().postgresql?.replicas.first)
        #expect(replica.client == "127.0.0.1" && replica.application == "walreceiver" && replica.count == 1)
        let second = try AskedChild.postgresql(PostgreSQLTarget(port: standby.port, user: "postgres"))
        let figures = try #require(try await second.ask().postgresql)
        #expect(figures.isInRecovery && figures.isReceiving == true && figures.replayDelay == 0)
        try standby.query("SELECT pg_wal_replay_pause()")
        try server.query("INSERT INTO t SELECT generate_series(1, 100000)")
        let lag = try server.query("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) > 0 FROM pg_stat_replication")
        #expect(lag == "t\n")
        let behind = try #require(try await primary.ask().postgresql?.replicas.first?.lagBytes)
        #expect(behind > 0)
        try await eventually("a replay that is late") { (try await second.ask().postgresql?.replayDelay ?? 0) > 0 }
        server.stop()
        try await eventually("that nothing is received") { try await second.ask().postgresql?.isReceiving == false }
        // It has replayed all that it got, which says nothing of what it lacks.
        try standby.query("SELECT pg_wal_replay_resume()")
        try await eventually("that all is replayed") {
            try standby.query("SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()") == "t\n"
        }
        let alone = try #require(try await second.ask().postgresql?.replayDelay)
        #expect(alone > 0)
        try await eventually("a delay that grows") { (try await second.ask().postgresql?.replayDelay ?? 0) > alone }
        standby.stop()
    }

    @Test func `slots tell what they hold back, and databases what they count`() async throws {
        let server = try PostgreSQLServer(settings: ["wal_level = logical", "max_replication_slots = 60"])
        try server.query("CREATE TABLE t (x int)")
        try server.query("SELECT pg_create_physical_replication_slot('copy', true)")
        try server.query("SELECT pg_create_physical_replication_slot('unused')")
        let child = try AskedChild.postgresql(PostgreSQLTarget(port: server.port, user: "postgres"))
        let before = try #require(try await child.ask().postgresql)
        #expect(before.slots.map(\.name) == ["copy", "unused"])
        #expect(
            before.slots.map(\.kind) == ["physical", "physical"]
                && before.slots.allSatisfy { !$0.isActive })
        #expect(before.slots.map(\.isLost) == [false, nil])
        #expect(before.slots[1].retainedBytes == nil, "it keeps nothing")
        let first = try #require(before.slots[0].retainedBytes)
        try server.query("INSERT INTO t SELECT generate_series(1, 100000)")
        _ = try? server.query("SELECT 1/0")
        try await eventually("what is kept and counted") {
            guard let after = try await child.ask().postgresql, let slot = after.slots.first?.retainedBytes,
                let old = before.statistics.first(where: { $0.database == "postgres" }),
                let new = after.statistics.first(where: { $0.database == "postgres" })
            else { return false }
            return slot > first + 1_000_000 && new.commits > old.commits && new.rollbacks > old.rollbacks
                && new.blockHits > old.blockHits
        }
        let statistics = try #require(try await child.ask().postgresql?.statistics)
        #expect(statistics.map(\.database) == ["postgres", "template0", "template1"])
        let age = try server.query("SELECT age(datfrozenxid) FROM pg_database WHERE datname = 'postgres'").dropLast()
        #expect(abs((statistics[0].transactionAge ?? -1) - (Double(age) ?? 0)) < 50)
        #expect(statistics.allSatisfy { $0.multixactAge != nil })
        for number in 0..<ChildLimits.slots.value {
            try server.query("SELECT pg_create_physical_replication_slot('s\(number)')")
        }
        let many = try #require(try await child.ask().postgresql?.slots)
        #expect(many.count == ChildLimits.slots.value)
        #expect(many.contains { $0.name == "copy" }, "the one that holds back the most is always among them")
    }

    @Test func `a connection has an age, after which a new password and a closed door are seen`() async throws {
        let server = try PostgreSQLServer()
        try server.query("CREATE ROLE watcher LOGIN PASSWORD 'first-one'; GRANT pg_monitor TO watcher")
        let hba = String(try server.query("SHOW hba_file").dropLast())
        func allow(_ rule: String) throws {
            let rules = "host all watcher 127.0.0.1/32 \(rule)\nhost all all 127.0.0.1/32 trust\n"
            try Data(rules.utf8).write(to: URL(fileURLWithPath: hba))
            try server.query("SELECT pg_reload_conf()")
        }
        try allow("scram-sha-256")
        let folder = try TemporaryFolder()
        try folder.write("first-one", to: "password")
        var target = PostgreSQLTarget(port: server.port, user: "watcher")
        target.password = .file(folder.path("password"))
        let kept = try AskedChild.postgresql(target)
        target.connectionAge = .milliseconds(200)
        let short = try AskedChild.postgresql(target)
        #expect(try await kept.ask().postgresql != nil)
        #expect(try await short.ask().postgresql != nil)
        try server.query("ALTER ROLE watcher PASSWORD 'second-one'")
        try await eventually("the wrong password") { try await short.ask().failure?.reason == .authentication }
        #expect(try await kept.ask().postgresql != nil, "its connection is younger than five minutes")
        try folder.write("second-one", to: "password")
        #expect(try await short.ask().postgresql != nil)
        try allow("reject")
        try await eventually("the closed door") { try await short.ask().failure?.reason == .authentication }
        #expect(try await kept.ask().postgresql != nil)
    }

    @Test func `a server that takes no more is asked by the connection that is there, however old`() async throws {
        let server = try PostgreSQLServer(
            settings: ["max_connections = 5", "superuser_reserved_connections = 0", "max_wal_senders = 0"])
        var target = PostgreSQLTarget(port: server.port, user: "postgres")
        target.connectionAge = .milliseconds(100)
        let child = try AskedChild.postgresql(target)
        #expect(try await child.ask().postgresql != nil)
        var sessions: [ServerProcess] = []
        defer { for session in sessions { session.stop() } }
        for _ in 0..<4 { sessions.append(try server.session("SELECT pg_sleep(600)")) }
        try await eventually("all slots taken") { (try? server.query("SELECT 1")) == nil }
        for _ in 0..<5 {
            #expect(try await child.ask().postgresql?.connectionCount == 5)
            try await Task.sleep(for: .milliseconds(110))
        }
    }
}

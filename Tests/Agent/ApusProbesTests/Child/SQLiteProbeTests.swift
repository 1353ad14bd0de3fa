import AgentMetrics
import ApusLimits
import ApusProbes
import Foundation
import Glibc
import HostTesting
import NIOCore
import ServerTesting
import Testing

/// Gauges from files of SQLite that a service writes meanwhile.
@Suite struct SQLiteProbeTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path("store.db") }

    init() throws { folder = try TemporaryFolder() }

    private func run(_ sql: String) throws {
        try ServerTool.run("sqlite3", [path, sql], of: "sqlite3")
    }

    private func target(_ query: String, value: String = "value", name: String = "queue_depth") -> SQLTarget {
        SQLTarget(.sqlite(path), gauges: [.init(name: name, help: "Help.", query: query, value: value)])
    }

    private func ask(_ query: String, within timeout: TimeAmount = .seconds(5)) async throws -> Result<
        ProbeFigures, ProbeFailure
    > {
        try await AskedChild.sql(target(query)).ask(within: timeout)
    }

    private static func lines(_ result: Result<ProbeFigures, ProbeFailure>) -> [String]? {
        result.gauges?.flatMap { gauge in
            gauge.series.map { series in
                "\(gauge.name){\(series.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ","))} \(series.value)"
            }
        }
    }

    @Test func `a row is a series, its columns but the value are labels`() async throws {
        try run(
            "CREATE TABLE jobs (state TEXT, kind TEXT, n REAL); INSERT INTO jobs VALUES ('waiting','mail',3),('done',NULL,1.5),('lost','x',NULL),('e','',0)"
        )
        let result = try await ask("SELECT state, kind, n AS value FROM jobs")
        #expect(
            Self.lines(result) == [
                "queue_depth{kind=mail,state=waiting} 3.0", "queue_depth{state=done} 1.5", "queue_depth{state=e} 0.0",
            ])
    }

    @Test func `a text with a null byte is read to its end, and one that begins with a combining mark from its beginning`()
        async throws
    {
        try run("CREATE TABLE t (x)")
        let labels = "SELECT 'a' || char(0) || 'b' AS x, 1 AS value UNION ALL SELECT 'a' || char(0) || 'c', 2"
        #expect(Self.lines(try await ask(labels)) == ["queue_depth{x=a\u{FFFD}b} 1.0", "queue_depth{x=a\u{FFFD}c} 2.0"])
        let marks = "SELECT char(769) || 'a' AS x, NULL AS y, 1 AS value UNION ALL SELECT char(0), NULL, 2"
        #expect(Self.lines(try await ask(marks)) == ["queue_depth{x=\u{301}a} 1.0", "queue_depth{x=\u{FFFD}} 2.0"])
        // They would be one series.
        let alike = "SELECT 'a' || char(0) AS x, 1 AS value UNION ALL SELECT 'a' || char(65533), 2"
        #expect(try await ask(alike).failure?.text.contains("has the labels of another row") == true)
        let number = try #require(try await ask("SELECT '12' || char(0) || '3' AS value").failure)
        #expect(number.reason == .content && number.text.contains("has no number"), "\(number)")
    }

    @Test func `several gauges are asked at once, and no row is no series`() async throws {
        try run("CREATE TABLE t (x)")
        let both = SQLTarget(
            .sqlite(path),
            gauges: [
                .init(name: "a", help: "A.", query: "SELECT count(*) AS n FROM t", value: "n"),
                .init(name: "b", help: "B.", query: "SELECT x AS value FROM t", value: "value"),
            ])
        let gauges = try #require(try await AskedChild.sql(both).ask().gauges)
        #expect(gauges.map(\.name) == ["a", "b"])
        #expect(gauges.map { $0.series.count } == [1, 0])
    }

    @Test(arguments: [
        ("SELECT 'many' AS value", ProbeFailureReason.content, "has no number in the column “value”"),
        ("SELECT 1 AS n", .content, "has no column “value”"),
        ("SELECT 1 AS service, 1 AS value", .content, "can be no label"),
        ("SELECT 1 AS \"a-b\", 1 AS value", .content, "can be no label"),
        ("SELECT 1 AS __a, 1 AS value", .content, "can be no label"),
        ("SELECT 'a' AS x, 1 AS value UNION ALL SELECT 'a', 2", .content, "has the labels of another row"),
        ("SELECT 'a' AS x, 'b' AS x, 1 AS value", .content, "two columns are called"),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS x, 1 AS value FROM n", .limit,
            "more than 1000 rows"
        ),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS value FROM n", .timeout,
            "reads less"
        ),
        ("SELECT printf('%1000000d', 1) AS x, 1 AS value", .limit, "label"),
        ("SELECT printf('%2000d', 1) AS x, 1 AS value", .limit, "label longer"),
        ("SELECT 1 AS value; DROP TABLE t", .status, "more than one statement"),
        ("DELETE FROM t", .status, "more than read"),
        ("INSERT INTO t VALUES (1) RETURNING 1 AS value", .status, "more than read"),
        ("PRAGMA journal_mode = DELETE", .status, "more than read"),
        ("ATTACH '/tmp/other.db' AS other", .status, "more than read"),
        ("VACUUM INTO '/tmp/copy.db'", .status, "none that reads"),
        ("SELECT load_extension('/tmp/evil.so') AS value", .status, "not authorized"),
        ("SELECT writefile('/tmp/x', 'y') AS value", .status, "no such function"),
        ("SELECT * FROM absent", .status, "no such table"),
        ("", .status, "none that reads"), ("-- nothing", .status, "none that reads"),
        ("SELEC 1", .status, "syntax error"),
    ])
    func `a query that says nothing, too much or does more than read is down with its reason`(
        query: String, reason: ProbeFailureReason, text: String
    ) async throws {
        try run("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        let failure = try #require(try await ask(query, within: .milliseconds(1500)).failure, "\(query)")
        #expect(failure.reason == reason, "\(query): \(failure)")
        #expect(failure.logged.contains(text), "\(query): \(failure)")
        #expect(failure.text.hasPrefix("queue_depth: "))
        #expect(try ServerTool.run("sqlite3", [path, "SELECT count(*) FROM t"], of: "sqlite3") == "1\n")
    }

    @Test func `what lies in the file's place is told, and not touched`() async throws {
        let missing = try #require(try await ask("SELECT 1 AS value").failure)
        #expect(missing.reason == .file)
        #expect(!FileManager.default.fileExists(atPath: path), "no file is made")
        mkfifo(path, 0o600)
        #expect(try await ask("SELECT 1 AS value").failure?.text.contains("it is no file but a pipe") == true)
        unlink(path)
        symlink("/dev/zero", path)
        #expect(try await ask("SELECT 1 AS value").failure?.text.contains("it is no file but a device") == true)
        unlink(path)
        try folder.write(String(repeating: "no database at all ", count: 1000), to: "store.db")
        #expect(try await ask("SELECT count(*) AS value FROM sqlite_master").failure?.reason == .content)
    }

    @Test func `a log at rest is read without a file being made beside it`() async throws {
        try run("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1),(2)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store.db"])
        #expect(Self.lines(try await ask("SELECT count(*) AS value FROM t")) == ["queue_depth{} 2.0"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store.db"])
    }

    /// A client of SQLite that runs what it is told until its input ends.
    private func writer(_ sql: String) throws -> FedProgram { try FedProgram("/usr/bin/sqlite3", [path], input: sql) }

    @Test func `what a service has written and not yet moved from its log is seen, and it writes on meanwhile`() async throws {
        try run("PRAGMA journal_mode=WAL; CREATE TABLE t (x)")
        let service = try writer("PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES (1),(2),(3);")
        defer { service.stop() }
        try await eventually("what the service has written") {
            try ServerTool.run("sqlite3", [path, "SELECT count(*) FROM t"], of: "sqlite3") == "3\n"
        }
        let child = try AskedChild.sql(target("SELECT count(*) AS value FROM t"))
        #expect(Self.lines(try await child.ask()) == ["queue_depth{} 3.0"])
        // The probe asks again and again, and each write finds the file free without waiting.
        let busy = try RunningProgram(
            "/bin/sh",
            ["-c", "for i in $(seq 100); do sqlite3 -cmd '.timeout 0' \"$0\" 'INSERT INTO t VALUES (4)' || exit 1; done", path])
        defer { busy.stop() }
        var answers = 0
        while busy.isRunning { if try await child.ask().gauges != nil { answers += 1 } }
        #expect(try await busy.wait(.seconds(60)) == 0, "\(busy.errors)")
        #expect(answers > 20)
        #expect(Self.lines(try await child.ask()) == ["queue_depth{} 103.0"])
    }

    @Test func `a file that a writer holds for itself is down for a time, and the probe keeps nobody from it`() async throws {
        try run("CREATE TABLE t (x)")
        let service = try writer("BEGIN EXCLUSIVE;")
        let child = try AskedChild.sql(target("SELECT count(*) AS value FROM t"))
        try await eventually("the lock") { try await child.ask().failure?.reason == .status }
        let failure = try #require(try await child.ask().failure)
        #expect(failure.text.contains("held by a writer"))
        service.stop()
        try await eventually("the lock's end") { try await child.ask().gauges != nil }
        // Nothing of the probe stays on the file.
        #expect(
            (try? ServerTool.run("sqlite3", ["-cmd", ".timeout 0", path, "INSERT INTO t VALUES (1)"], of: "sqlite3")) != nil)
    }

    @Test func `who cuts off the index of the log while it is read ends the child alone`() async throws {
        try run("PRAGMA journal_mode=WAL; CREATE TABLE t (x)")
        let service = try writer("INSERT INTO t VALUES (1);")
        defer { service.stop() }
        try await eventually("the index of the log") { FileManager.default.fileExists(atPath: path + "-shm") }
        let slow =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT count(*) AS value FROM n, t"
        let child = try AskedChild.sql(target(slow))
        var reasons: Set<ProbeFailureReason> = []
        for _ in 0..<20 {
            async let answer = child.ask(within: .seconds(2))
            try await Task.sleep(for: .milliseconds(5))
            truncate(path + "-shm", 0)
            if let failure = try await answer.failure { reasons.insert(failure.reason) }
        }
        // The agent, which is this process, lives; whatever the file became is told.
        #expect(reasons.isSubset(of: [.file, .status, .content, .timeout, .limit]))
        try run("DROP TABLE IF EXISTS u")
        #expect(ChildLedger.count <= 1)
    }

    @Test func `a query that takes memory without bound is ended`() async throws {
        try run("CREATE TABLE t (x)")
        let failure = try #require(
            try await ask(
                "WITH RECURSIVE n(i, s) AS (SELECT 1, randomblob(1000000) UNION ALL SELECT i + 1, randomblob(1000000) FROM n WHERE i < 10000) SELECT count(DISTINCT s) AS value FROM n",
                within: .seconds(10)
            ).failure)
        #expect([.limit, .timeout].contains(failure.reason), "\(failure)")
    }

    @Test func `a gauge that fails leaves the others theirs, and says which`() async throws {
        try run("CREATE TABLE t (x); INSERT INTO t VALUES (1), ('ada@customer.example')")
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS value FROM n"
        let queries = [
            "SELECT count(*) AS value FROM t", "SELECT x AS value FROM t", "SELECT * FROM absent", endless,
            "SELECT 2 AS value", "COMMIT", "SELECT 3 AS value",
        ]
        let target = SQLTarget(
            .sqlite(path),
            gauges: queries.enumerated().map { .init(name: "g\($0)", help: "Help.", query: $1, value: "value") })
        let result = try await AskedChild.sql(target).ask(within: .seconds(2))
        #expect(Self.lines(result) == ["g0{} 2.0", "g4{} 2.0", "g6{} 3.0"])
        let failures = try #require(try? result.get().failures)
        #expect(failures.map { String($0.text.prefix(4)) } == ["g1: ", "g2: ", "g3: ", "g5: "], "\(failures)")
        #expect(Set(failures.map(\.reason)) == [.content, .status, .timeout], "\(failures)")
        #expect(failures.allSatisfy { !$0.logged.contains("customer") }, "no cell is quoted: \(failures)")
    }

    @Test func `all gauges of an attempt are of one moment`() async throws {
        try run("PRAGMA journal_mode=WAL; CREATE TABLE t (x)")
        let service = try writer("PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES (1);")
        defer { service.stop() }
        try await eventually("the log") { FileManager.default.fileExists(atPath: path + "-wal") }
        let slow =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) AS value FROM n"
        let count = "SELECT count(*) AS value FROM t"
        let child = try AskedChild.sql(
            SQLTarget(
                .sqlite(path),
                gauges: [count, slow, count].enumerated().map {
                    .init(name: "g\($0)", help: "Help.", query: $1, value: "value")
                }))
        let busy = try RunningProgram(
            "/bin/sh",
            [
                "-c", "for i in $(seq 200); do sqlite3 -cmd '.timeout 5000' \"$0\" 'INSERT INTO t VALUES (4)' || exit 1; done",
                path,
            ])
        defer { busy.stop() }
        var seen: Set<Double> = []
        while busy.isRunning {
            guard let gauges = try await child.ask().gauges, gauges.count == 3 else { continue }
            let values = gauges.compactMap { $0.series.first?.value }
            #expect(values[0] == values[2])
            seen.insert(values[0])
        }
        #expect(seen.count > 2, "rows came meanwhile")
    }
}

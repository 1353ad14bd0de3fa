import Foundation
import Glibc
import HostTesting

/// A PostgreSQL cluster of a test's own on 127.0.0.1, which lets the user `postgres` in without a password.
package final class PostgreSQLServer: Sendable {
    package let port: Int
    private let folder: TemporaryFolder
    private let process: ServerProcess

    private static let account = ServerAccount("postgres")
    private static let package = "postgresql"

    /// - Parameters:
    ///   - port: where it listens; a free one by default.
    ///   - settings: lines of postgresql.conf, which come last and so hold.
    package convenience init(port: Int? = nil, settings: [String] = []) throws {
        let folder = try Self.newFolder()
        try Self.run(
            "initdb",
            [
                "--pgdata=\(folder.path("data"))", "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8",
                "--locale=C",
            ])
        try self.init(folder: folder, port: port, settings: settings)
    }

    private init(folder: TemporaryFolder, port: Int? = nil, settings: [String]) throws {
        self.folder = folder
        self.port = try port ?? LoopbackPort.free()
        let own = ["listen_addresses = '127.0.0.1'", "port = \(self.port)", "unix_socket_directories = ''", "fsync = off"]
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("data/postgresql.conf")))
        file.seekToEndOfFile()
        file.write(Data(((own + settings).joined(separator: "\n") + "\n").utf8))
        try file.close()
        // SIGINT: without waiting for clients to leave.
        process = try ServerProcess(
            try Self.program("postgres"), ["-D", folder.path("data")], of: Self.package, as: Self.account, endSignal: SIGINT)
        try process.wait(until: "ready") { (try? query("SELECT 1")) == "1\n" }
    }

    package var log: String { process.log }
    package func stop() { process.stop() }

    /// Runs SQL and gives back its rows, a line each, fields separated by `|`.
    @discardableResult
    package func query(_ sql: String, database: String = "postgres") throws -> String {
        try Self.query(sql, database: database, port: port)
    }

    /// The same through whatever speaks PostgreSQL's protocol on the port, such as a pooler.
    package static func query(_ sql: String, database: String, port: Int, user: String = "postgres") throws -> String {
        try ServerTool.run(
            try program("psql"),
            [
                "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", "--host=127.0.0.1",
                "--port=\(port)", "--username=\(user)", "--dbname=\(database)", "--command=\(sql)",
            ], of: package)
    }

    /// A client that runs SQL on a connection of its own; it ends with the SQL, or when it is stopped.
    package func session(_ sql: String, database: String = "postgres") throws -> ServerProcess {
        try ServerProcess(
            "/usr/bin/psql",
            [
                "--no-psqlrc", "--quiet", "--host=127.0.0.1", "--port=\(port)", "--username=postgres", "--dbname=\(database)",
                "--command=\(sql)",
            ], of: Self.package)
    }

    /// A copy that follows this cluster through a replication slot.
    package func standby(slot: String, settings: [String] = []) throws -> PostgreSQLServer {
        let copy = try Self.newFolder()
        try Self.run(
            "pg_basebackup",
            [
                "--host=127.0.0.1", "--port=\(port)", "--username=postgres", "--pgdata=\(copy.path("data"))", "--no-sync",
                "--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--create-slot", "--slot=\(slot)",
            ])
        return try PostgreSQLServer(folder: copy, settings: settings)
    }

    private static func newFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try account.own(folder.path)
        return folder
    }

    private static func run(_ name: String, _ arguments: [String]) throws {
        try ServerTool.run(try program(name), arguments, of: package, as: account)
    }

    /// Debian has a folder of programs for each version; the newest one's.
    private static func program(_ name: String) throws -> String {
        let parent = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        guard let newest = versions.compactMap({ Int($0) }).max() else {
            throw ServerFailure("there is no PostgreSQL: install the package \(package)")
        }
        return "\(parent)/\(newest)/bin/\(name)"
    }
}

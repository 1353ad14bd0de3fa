import Glibc
package import HostTesting

/// A PgBouncer of a test's own.
package final class PgBouncerServer: Sendable {
    package let folder: TemporaryFolder
    package let port: Int
    private let process: ServerProcess

    /// It refuses to run as root.
    private static let account = ServerAccount("postgres")

    /// - Parameters:
    ///   - port: that the configuration has it listen on.
    ///   - configuration: of pgbouncer.ini, given its folder, in which further files may be put.
    package init(port: Int, configuration: (TemporaryFolder) throws -> String) throws {
        self.port = port
        folder = try TemporaryFolder()
        try folder.write(try configuration(folder), to: "pgbouncer.ini")
        try Self.account.own(folder.path)
        process = try ServerProcess("pgbouncer", [folder.path("pgbouncer.ini")], of: "pgbouncer", as: Self.account)
        try process.wait(until: "ready") { LoopbackPort.answers(port) }
    }

    package var log: String { process.log }
    package func stop() { process.stop() }

    /// Rows of the administration console, such as of `SHOW POOLS`, a line each, fields separated by `|`.
    package func console(_ command: String, user: String) throws -> String {
        try PostgreSQLServer.query(command, database: "pgbouncer", port: port, user: user)
    }
}

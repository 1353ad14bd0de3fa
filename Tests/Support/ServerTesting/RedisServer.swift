import HostTesting

/// A Redis of a test's own on 127.0.0.1.
package final class RedisServer: Sendable {
    package let port: Int
    private let folder: TemporaryFolder
    private let process: ServerProcess

    private static let package = "redis-server"

    /// - Parameters:
    ///   - port: where it listens; a free one by default.
    ///   - configuration: of redis.conf; where it listens and keeps its files is set besides.
    package init(port: Int? = nil, configuration: String = "save \"\"") throws {
        let port = try port ?? LoopbackPort.free()
        self.port = port
        folder = try TemporaryFolder()
        try folder.write(
            "\(configuration)\nbind 127.0.0.1\nport \(port)\ndaemonize no\ndir \(folder.path)\n", to: "redis.conf")
        process = try ServerProcess("redis-server", [folder.path("redis.conf")], of: Self.package)
        try process.wait(until: "ready") { (try? command("PING")) == "PONG\n" }
    }

    package var log: String { process.log }
    package func stop() { process.stop() }

    /// A command and its answer as redis-cli shows it.
    @discardableResult
    package func command(_ words: String...) throws -> String {
        try ServerTool.run("redis-cli", ["-h", "127.0.0.1", "-p", "\(port)"] + words, of: Self.package)
    }
}

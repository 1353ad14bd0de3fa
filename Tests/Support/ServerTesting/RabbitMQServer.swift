import Foundation
import Glibc
import HostTesting

/// A RabbitMQ node of a test's own on 127.0.0.1, with an epmd of its own.
package final class RabbitMQServer: Sendable {
    /// Where it speaks AMQP to the user `guest` with the password `guest`.
    package let port: Int
    /// Where its plugin `rabbitmq_prometheus` serves `/metrics`.
    package let metricsPort: Int
    private let folder: TemporaryFolder
    private let epmd: ServerProcess
    private let process: ServerProcess

    private static let account = ServerAccount("rabbitmq")
    private static let package = "rabbitmq-server"

    /// - Parameters:
    ///   - port: where it speaks AMQP; a free one by default.
    ///   - metricsPort: where its metrics are; a free one by default.
    ///   - configuration: lines of rabbitmq.conf besides its ports.
    ///   - plugins: enabled besides `rabbitmq_prometheus`.
    package init(port: Int? = nil, metricsPort: Int? = nil, configuration: [String] = [], plugins: [String] = []) throws {
        var ports = try LoopbackPort.free(4)
        if let port { ports[0] = port }
        if let metricsPort { ports[1] = metricsPort }
        (self.port, self.metricsPort) = (ports[0], ports[1])
        folder = try TemporaryFolder()
        let own = [
            "listeners.tcp.1 = 127.0.0.1:\(ports[0])", "prometheus.tcp.ip = 127.0.0.1", "prometheus.tcp.port = \(ports[1])",
            "log.console = true", "log.file = false",
        ]
        try folder.write((own + configuration).joined(separator: "\n") + "\n", to: "rabbitmq.conf")
        try folder.write("[\((["rabbitmq_prometheus"] + plugins).joined(separator: ","))].\n", to: "enabled_plugins")
        // Instead of the machine's in /etc.
        try folder.write("", to: "rabbitmq-env.conf")
        for name in ["mnesia", "home", "logs"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
            try Self.account.own(folder.path(name))
        }
        // Without one that listens, the node would start a daemon, which nobody ends.
        epmd = try ServerProcess(
            "epmd", ["-port", "\(ports[2])", "-address", "127.0.0.1"], of: "erlang-base", as: Self.account)
        try epmd.wait(until: "ready") { LoopbackPort.answers(ports[2]) }
        process = try ServerProcess(
            "/usr/lib/rabbitmq/bin/rabbitmq-server", [], of: Self.package, as: Self.account,
            environment: [
                "HOME": folder.path("home"), "RABBITMQ_NODENAME": "apus\(ports[0])@localhost",
                "RABBITMQ_MNESIA_BASE": folder.path("mnesia"), "RABBITMQ_LOG_BASE": folder.path("logs"), "RABBITMQ_LOGS": "-",
                "RABBITMQ_CONF_ENV_FILE": folder.path("rabbitmq-env.conf"),
                "RABBITMQ_CONFIG_FILE": folder.path("rabbitmq.conf"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": folder.path("enabled_plugins"), "RABBITMQ_DIST_PORT": "\(ports[3])",
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
                "ERL_EPMD_PORT": "\(ports[2])", "ERL_EPMD_ADDRESS": "127.0.0.1",
                // The script then becomes the node instead of its parent, so that the pid is the node's.
                "RUNNING_UNDER_SYSTEMD": "true",
            ],
            // An orderly end takes eight seconds, and nothing of it is kept.
            endSignal: SIGKILL)
        try process.wait(until: "ready", within: .seconds(90)) { process.log.contains("Server startup complete") }
    }

    package var log: String { process.log }

    package func stop() {
        process.stop()
        epmd.stop()
    }
}

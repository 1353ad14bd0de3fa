import ExporterCatalog
import ServerTesting
import Testing

@Suite struct RabbitMQPluginTests {
    @Test func `a node with a queue, a publisher and a consumer serves what is declared`() throws {
        let server = try RabbitMQServer(configuration: ["collect_statistics_interval = 1000"])
        defer { server.stop() }
        let url = "--url=amqp://guest:guest@127.0.0.1:\(server.port)"
        func client(_ program: String, _ arguments: String...) throws {
            try ServerTool.run(program, [url] + arguments, of: "amqp-tools")
        }
        try client("amqp-declare-queue", "--queue=orders")
        let consumer = try ServerProcess("amqp-consume", [url, "--queue=orders", "cat"], of: "amqp-tools")
        defer { consumer.stop() }
        try client("amqp-publish", "--routing-key=orders", "--body=order")
        try client("amqp-publish", "--routing-key=nowhere", "--body=lost")
        try LiveCatalog(exporter: RabbitMQPlugin.exporter).expect {
            try ["/metrics", RabbitMQPlugin.QueueDetails.page.target, RabbitMQPlugin.ChannelDetails.page.target]
                .map { try LoopbackHTTP.get(port: server.metricsPort, $0).text }.joined()
        }
    }
}

package import ApusDashboards
import ApusMetrics
import ApusPromQL
package import ApusTopology
import ExporterCatalog

/// RabbitMQ: its queues, what goes through them, and the broker's own resources.
package struct BrokerSection {
    let fleet: Fleet

    package init(fleet: Fleet) { self.fleet = fleet }

    var dashboard: Dashboard {
        fleet.dashboard(
            .queue, title: "Queue", description: "What waits at the brokers of the \(fleet.name) fleet.",
            variables: Self.variables
        ) { rows }
    }

    private typealias Details = RabbitMQPlugin.QueueDetails
    private typealias Messages = RabbitMQPlugin.Messages
    private typealias Node = RabbitMQPlugin.Node

    package static let variables = [
        DashboardVariable(.instance, of: RabbitMQPlugin.Node.uptime, name: "broker")
            .narrowing(only: RabbitMQPlugin.exporter.families),
        DashboardVariable(.label(.queue), of: RabbitMQPlugin.QueueDetails.messages)
            .narrowing(only: RabbitMQPlugin.exporter.families),
    ]

    @ListBuilder<PanelRow> package var rows: [PanelRow] {
        PanelRow("Queues of brokers") { [messages, waiting, consumers] }
        PanelRow { [published, delivered, lost] }
        PanelRow("Brokers") { [alarms, memory, disk] }
        PanelRow { [connections, files, runQueue] }
    }

    // MARK: - Queues

    private var messages: Panel {
        Panel("Messages by queue", description: "Messages that wait or are at a consumer.", unit: .count) {
            PanelQuery(Details.messages.series.value, legend: "\(.label(.queue)) at \(.instance)")
        }.thresholds(.limit(of: BrokerAlerts(fleet: fleet).deepBrokerQueue))
    }

    private var waiting: Panel {
        Panel(
            "Ready and unacknowledged",
            description: "Messages of all chosen queues that wait, and those at consumers, stacked.",
            kind: .stackedLines, unit: .count
        ) {
            PanelQuery(Details.ready.series.value.sum(), legend: "ready")
            PanelQuery(Details.unacknowledged.series.value.sum(), legend: "unacknowledged")
        }
    }

    private var consumers: Panel {
        Panel(
            "Consumers by queue", description: "Subscriptions to each queue; without one, nobody takes its messages.",
            unit: .count
        ) {
            PanelQuery(Details.consumers.series.value, legend: "\(.label(.queue)) at \(.instance)")
        }
    }

    private func rate<Metric: MonotonicDeclaration>(_ counter: Metric) -> InstantVector<NoKey> {
        counter.series.rate(over: .rateInterval).sum()
    }

    private var published: Panel {
        Panel(
            "Published", description: "Messages received from publishers and confirmed to them, per second.",
            unit: .messagesPerSecond
        ) {
            PanelQuery(rate(Messages.received), legend: "received")
            PanelQuery(rate(Messages.confirmed), legend: "confirmed")
        }
    }

    private var delivered: Panel {
        Panel(
            "Delivered", description: "Messages delivered to consumers and acknowledged by them, per second.",
            unit: .messagesPerSecond
        ) {
            PanelQuery(rate(Messages.delivered), legend: "delivered")
            PanelQuery(rate(Messages.acknowledged), legend: "acknowledged")
            PanelQuery(rate(Messages.redelivered), legend: "delivered again")
        }.overrides(.named("delivered again", .color(.orange)))
    }

    private var lost: Panel {
        Panel(
            "Unroutable and dead", description: "Messages per second that no queue took, or that queues gave up.",
            unit: .messagesPerSecond
        ) {
            PanelQuery(rate(Messages.unroutableDropped), legend: "unroutable, dropped")
            PanelQuery(rate(Messages.unroutableReturned), legend: "unroutable, returned")
            PanelQuery(rate(Messages.deadLetteredRejected), legend: "rejected")
            PanelQuery(rate(Messages.deadLetteredExpired), legend: "expired")
            PanelQuery(rate(Messages.deadLetteredOverflow), legend: "queue full")
        }
    }

    // MARK: - Brokers

    private var alarms: Panel {
        Panel(
            "Alarms", description: "While a broker raises one, it takes no messages from publishers.", kind: .stateTimeline,
            unit: .none
        ) {
            PanelQuery(Node.memoryAlarm.series.value, legend: "\(.instance): memory")
            PanelQuery(Node.diskAlarm.series.value, legend: "\(.instance): disk")
            PanelQuery(Node.fileAlarm.series.value, legend: "\(.instance): descriptors")
        }.mappings(.value(0, "none", .green), .value(1, "alarm", .red))
    }

    private var memory: Panel {
        Panel("Memory of brokers", description: "Resident memory, and from where a broker blocks its publishers.", unit: .bytes)
        {
            PanelQuery(Node.memory.series.value, legend: "\(.instance)")
            PanelQuery(Node.memoryLimit.series.value.min(), legend: "limit")
        }.overrides(.limitLine("limit"))
    }

    private var disk: Panel {
        Panel(
            "Free disk space of brokers", description: "Free space, and below which a broker blocks its publishers.",
            unit: .bytes
        ) {
            PanelQuery(Node.diskFree.series.value, legend: "\(.instance)")
            PanelQuery(Node.diskFreeLimit.series.value.max(), legend: "limit")
        }.overrides(.limitLine("limit"))
    }

    private var connections: Panel {
        Panel("Connections of brokers", description: "Connections and the channels in them.", unit: .count) {
            PanelQuery(RabbitMQPlugin.Connections.connections.series.value, legend: "\(.instance): connections")
            PanelQuery(RabbitMQPlugin.Connections.channels.series.value, legend: "\(.instance): channels")
        }
    }

    private var files: Panel {
        let files = Node.openFiles.series.value / (Node.openFilesLimit.series.value > 0)
        let sockets = Node.openSockets.series.value / (Node.openSocketsLimit.series.value > 0)
        return Panel(
            "Descriptors of brokers", description: "Open descriptors and sockets among those that a broker may open.",
            unit: .ratio
        ) {
            PanelQuery(files, legend: "\(.instance): descriptors")
            PanelQuery(sockets, legend: "\(.instance): sockets")
        }.range(from: 0, to: 1)
    }

    private var runQueue: Panel {
        Panel("Run queue of brokers", description: "Processes of Erlang that wait for a CPU.", unit: .count) {
            PanelQuery(Node.runQueue.series.value, legend: "\(.instance)")
        }
    }
}

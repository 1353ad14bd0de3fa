import ApusMetrics
import ApusPromQL
public import ApusTopology
import ExporterCatalog

extension Threshold {
    /// The share of the messages that all consumers of a queue may hold at once, from 0 to 1.
    public static let prefetchUse = ThresholdKey.ratio("prefetchUse", 0.9, .medium, "prefetched messages")
}

extension AlertName {
    /// A broker does not answer.
    public static let brokerDown = ofSomeFleets("BrokerDown")
    static let deepBrokerQueue = ofSomeFleets("DeepBrokerQueue")
    static let noConsumers = ofSomeFleets("NoConsumers")
    static let messagesUnacknowledged = ofSomeFleets("MessagesUnacknowledged")
    static let brokerMemoryAlarm = ofSomeFleets("BrokerMemoryAlarm")
    static let brokerDiskAlarm = ofSomeFleets("BrokerDiskAlarm")
}

/// RabbitMQ servers and their queues.
struct BrokerAlerts {
    let fleet: Fleet

    var all: [Alert] { fleet.brokers.isEmpty ? [] : [brokerDown, deepBrokerQueue, noConsumers, unacknowledged] + alarms }

    private typealias Details = RabbitMQPlugin.QueueDetails
    private var queueNames: String { fleet.brokers.flatMap(\.queues).map(\.name).joined(separator: "|") }

    private var brokerDown: Alert {
        Alert(
            .brokerDown, when: ScrapeMetrics.up.series.matching(.job, RabbitMQPlugin.job).value == 0, severity: .critical,
            summary: "A broker does not answer.", description: "RabbitMQ \(.instance) does not answer Prometheus.",
            runbook: Runbook(
                meaning: "The server is down, or its plugin for Prometheus is off.",
                impact: "Nothing can be published, and consumers hear of no new work.",
                queries: [.init("What is scraped", ScrapeMetrics.up.series.value)],
                actions: [
                    "Ask it: `rabbitmq-diagnostics check_running`.", "Read its log: `journalctl -u rabbitmq-server -n 100`.",
                    "Turn the plugin on: `rabbitmq-plugins enable rabbitmq_prometheus`.",
                ]))
    }

    var deepBrokerQueue: Alert {
        let limit = fleet.thresholds[Threshold.brokerDepth]
        return Alert(
            .deepBrokerQueue, when: Details.messages.series.value, above: limit,
            summary: "Messages pile up at a broker.",
            description: """
                \(value: .decimals(0)) messages are in the queue \(.label(.queue)) of \(.instance); \
                the limit is \(limit).
                """,
            runbook: Runbook(
                meaning: "More is published to the queue than its consumers take.",
                impact: "What waits comes late; at its maximum length the queue refuses more.",
                queries: [
                    .init("Messages that wait", Details.ready.series.value), .init("Consumers", Details.consumers.series.value),
                ],
                actions: ["Look whether consumers run: `rabbitmqctl list_queues name messages consumers`.", "Add consumers."]))
    }

    private var noConsumers: Alert {
        let series = Details.consumers.series.matching(.label(.queue), .matches, queueNames)
        let names = fleet.brokers.flatMap(\.queues).map(\.name)
        func consumers(_ queue: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                Details.consumers,
                [.service: "b", .instance: "b", .label(.virtualHost): "/", .label(.queue): queue], course)
        }
        return Alert(
            .noConsumers, when: series.value == 0, severity: .critical, summary: "Nobody takes from a queue.",
            description: "The queue \(.label(.queue)) of \(.instance) has no consumer.",
            runbook: Runbook(
                meaning: "No process is subscribed to a queue of the fleet.",
                impact: "What is published to it waits until somebody comes.",
                queries: [.init("Consumers by queue", Details.consumers.series.value)],
                actions: [
                    "Look whether the consuming service runs: see the runbook of InstanceDown.",
                    "Look whether it reaches the broker: its log names the broker's address.",
                ]),
            inputs: names.map { consumers($0, .level(quiet: 1, bad: 0)) } + [consumers("not-of-the-fleet", .constant(0))])
    }

    /// Consumers hold nearly all that those of the fleet together may hold at once.
    private var unacknowledged: Alert {
        let share = fleet.thresholds[Threshold.prefetchUse]
        let arms = fleet.brokers.flatMap(\.queues).map { queue in
            let consumers = fleet.services.first { $0.name == queue.consumers }
            let most = consumers?.scaling?.maximum ?? consumers?.instances.count ?? 1
            return (queue.name, Double(queue.prefetch * max(most, 1)))
        }
        func vector(_ name: String, _ limit: Double) -> InstantVector<SeriesKey<RabbitMQPlugin.QueueLabels.Key>> {
            Details.unacknowledged.series.matching(.label(.queue), name).value > limit * share.value
        }
        let none = Details.unacknowledged.series.value > .infinity
        let condition = arms.dropFirst().reduce(arms.first.map { vector($0.0, $0.1) } ?? none) { $0.or(vector($1.0, $1.1)) }
        func messages(_ queue: String, _ course: InputCourse) -> AlertInput {
            AlertInput(
                Details.unacknowledged,
                [.service: "b", .instance: "b", .label(.virtualHost): "/", .label(.queue): queue], course)
        }
        return Alert(
            .messagesUnacknowledged, when: condition, threshold: share, summary: "Consumers hold all that they may hold.",
            description: "\(value: .decimals(0)) messages of the queue \(.label(.queue)) are delivered and not acknowledged.",
            runbook: Runbook(
                meaning: "Of what all consumers together may prefetch, more than `Thresholds.prefetchUse` is not acknowledged.",
                impact: "Consumers get no more until they acknowledge: the queue stands still if they hang.",
                queries: [.init("Messages that wait", Details.ready.series.value)],
                actions: [
                    "Look whether consumers hang: see the runbook of ServiceHung.",
                    "Look whether what they do is slow: their logs and their own alerts say it.",
                ]),
            inputs: arms.map { name, limit in
                messages(name, .level(quiet: limit * share.value, bad: limit * share.value * 1.0006))
            }
                + [messages("another", .constant(1e9))])
    }

    private var alarms: [Alert] {
        typealias Node = RabbitMQPlugin.Node
        func alarm(_ name: AlertName, _ series: Gauge<NoLabels>, _ what: String, _ action: String) -> Alert {
            Alert(
                name, when: series.series.value > 0, severity: .critical, summary: "A broker blocks its publishers.",
                description: "RabbitMQ \(.instance) takes no messages, because it \(text: what).",
                runbook: Runbook(
                    meaning: "The server has raised an alarm: it \(what).", impact: "Nothing can be published.",
                    queries: [
                        .init("Memory", Node.memory.series.value), .init("Free disk space", Node.diskFree.series.value),
                    ],
                    actions: [
                        "See what takes it: `rabbitmq-diagnostics memory_breakdown`, `rabbitmqctl list_queues name messages message_bytes`.",
                        action,
                    ]))
        }
        return [
            alarm(
                .brokerMemoryAlarm, Node.memoryAlarm, "uses more memory than its watermark",
                "Let consumers catch up, or purge what nobody needs."),
            alarm(
                .brokerDiskAlarm, Node.diskAlarm, "has less free disk space than its watermark",
                "Free disk space: `df -h`, `du -sh /var/lib/rabbitmq/*`."),
        ]
    }
}

import AgentMetrics
import ApusLinux
import ApusMetrics
import ApusProbes

/// What the RabbitMQ servers say of themselves and of their queues that the agent's file has it ask.
struct RabbitMQProbeSource: Source {
    static let name = "probes-rabbitmq"
    static let cadence = Cadence.look

    static let rows: [Row<WatchedProbes>] = [
        Row.ofProbes(ProbedRabbitMQ.queueMessages) {
            standing, _ -> [(labels: RabbitMQQueueMessageLabels, value: UInt64)] in
            queues(standing).flatMap { name, queue in
                [(RabbitMQMessageState.ready, queue.ready), (.unacknowledged, queue.unacknowledged)]
                    .compactMap { state, count in
                        count.map {
                            (
                                RabbitMQQueueMessageLabels(
                                    vhost: name.virtualHost, queue: name.queue, state: state), $0
                            )
                        }
                    }
            }
        },
        Row.ofProbes(ProbedRabbitMQ.queueConsumers) {
            standing, _ -> [(labels: RabbitMQQueueLabels, value: UInt64)] in
            queues(standing).compactMap { name, queue in
                queue.consumers.map {
                    (RabbitMQQueueLabels(vhost: name.virtualHost, queue: name.queue), $0)
                }
            }
        },
        Row.ofProbes(ProbedRabbitMQ.messages) {
            standing, _ -> [(labels: RabbitMQMessageLabels, value: UInt64)] in
            guard let figures = figures(standing) else { return [] }
            return [
                (RabbitMQMessageState.ready, figures.ready), (.unacknowledged, figures.unacknowledged),
            ].compactMap {
                state, count in count.map { (RabbitMQMessageLabels(state: state), $0) }
            }
        },
        gauge(ProbedRabbitMQ.queues) { $0.queueCount },
        gauge(ProbedRabbitMQ.queuesListed) { $0.listedQueues },
        gauge(ProbedRabbitMQ.connections) { $0.connections },
        gauge(ProbedRabbitMQ.channels) { $0.channels },
        gauge(ProbedRabbitMQ.consumers) { $0.consumers },
        Row.ofProbes(ProbedRabbitMQ.nodeRunning) {
            standing, _ -> [(labels: RabbitMQNodeLabels, value: UInt64)] in
            nodes(standing).map { (RabbitMQNodeLabels(node: $0.name), $0.isRunning ? 1 : 0) }
        },
        Row.ofProbes(ProbedRabbitMQ.alarm) {
            standing, _ -> [(labels: RabbitMQAlarmLabels, value: UInt64)] in
            nodes(standing).flatMap { node in
                [(RabbitMQResource.memory, node.hasMemoryAlarm), (.disk, node.hasDiskAlarm)].compactMap {
                    resource, alarm in
                    alarm.map { (RabbitMQAlarmLabels(node: node.name, resource: resource), $0 ? 1 : 0) }
                }
            }
        },
    ]

    private let subject: HostSubject

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.subject = subject
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes {
        WatchedProbes(subject, at: now, where: { Self.figures($0) != nil })
            ?? WatchedProbes(standings: [], now: now)
    }

    private static func figures(_ standing: ProbeStanding) -> RabbitMQFigures? {
        if case .rabbitmq(let figures)? = standing.figures { figures } else { nil }
    }

    private static func nodes(_ standing: ProbeStanding) -> [RabbitMQFigures.Node] {
        figures(standing)?.nodes ?? []
    }

    /// The queues in order of their names.
    private static func queues(
        _ standing: ProbeStanding
    ) -> [(RabbitMQFigures.QueueName, RabbitMQFigures.Queue)] {
        (figures(standing)?.queues ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func gauge(
        _ declaration: Gauge<NoLabels>, _ value: @escaping @Sendable (RabbitMQFigures) -> UInt64?
    ) -> Row<WatchedProbes> {
        Row.ofProbes(declaration) { standing, _ -> [(labels: NoLabels, value: UInt64)] in
            figures(standing).flatMap(value).map { [(NoLabels(), $0)] } ?? []
        }
    }
}

import AgentMetrics
import ApusMetrics
import ApusProbes

/// What the RabbitMQ servers say of themselves and of their queues that the agent's file has it ask.
struct RabbitMQProbeSource: Source, ProbeKindSource {
    static let name = "probes-rabbitmq"

    static let rows: [Row<WatchedProbes>] = [
        each(ProbedRabbitMQ.queueMessages) { figures in
            queues(figures).flatMap { name, queue in
                [(RabbitMQMessageState.ready, queue.ready), (.unacknowledged, queue.unacknowledged)].compactMap {
                    state, count in
                    count.map {
                        (RabbitMQQueueMessageLabels(vhost: name.virtualHost, queue: name.queue, state: state), $0)
                    }
                }
            }
        },
        each(ProbedRabbitMQ.queueConsumers) { figures in
            queues(figures).compactMap { name, queue in
                queue.consumers.map { (RabbitMQQueueLabels(vhost: name.virtualHost, queue: name.queue), $0) }
            }
        },
        each(ProbedRabbitMQ.messages) { figures in
            [(RabbitMQMessageState.ready, figures.ready), (.unacknowledged, figures.unacknowledged)].compactMap {
                state, count in count.map { (RabbitMQMessageLabels(state: state), $0) }
            }
        },
        one(ProbedRabbitMQ.queues) { $0.queueCount },
        one(ProbedRabbitMQ.queuesListed) { $0.listedQueues },
        one(ProbedRabbitMQ.connections) { $0.connections },
        one(ProbedRabbitMQ.channels) { $0.channels },
        one(ProbedRabbitMQ.consumers) { $0.consumers },
        each(ProbedRabbitMQ.nodeRunning) { figures -> [(labels: RabbitMQNodeLabels, value: UInt64)] in
            figures.nodes.map { (RabbitMQNodeLabels(node: $0.name), $0.isRunning ? 1 : 0) }
        },
        each(ProbedRabbitMQ.alarm) { figures -> [(labels: RabbitMQAlarmLabels, value: UInt64)] in
            figures.nodes.flatMap { node in
                [(RabbitMQResource.memory, node.hasMemoryAlarm), (.disk, node.hasDiskAlarm)].compactMap { resource, alarm in
                    alarm.map { (RabbitMQAlarmLabels(node: node.name, resource: resource), $0 ? 1 : 0) }
                }
            }
        },
    ]

    let subject: HostSubject

    static func figures(_ standing: ProbeStanding) -> RabbitMQFigures? {
        if case .rabbitmq(let figures)? = standing.figures { figures } else { nil }
    }

    /// The queues in order of their names.
    private static func queues(_ figures: RabbitMQFigures) -> [(RabbitMQFigures.QueueName, RabbitMQFigures.Queue)] {
        figures.queues.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

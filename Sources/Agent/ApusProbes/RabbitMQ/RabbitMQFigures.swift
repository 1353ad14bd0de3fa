import ApusLimits
import ApusMetrics
import ApusText

/// What a RabbitMQ says of itself and of its queues.
package struct RabbitMQFigures: Sendable, Hashable {
    /// A queue by the labels of its series.
    package struct QueueName: Sendable, Hashable, Comparable {
        package let virtualHost: String
        package let queue: String

        package init(virtualHost: String, queue: String) {
            self.virtualHost = virtualHost
            self.queue = queue
        }

        package static func == (one: Self, other: Self) -> Bool {
            one.queue.hasSameBytes(as: other.queue) && one.virtualHost.hasSameBytes(as: other.virtualHost)
        }

        package static func < (one: Self, other: Self) -> Bool {
            let (first, second) = (ByteText(one.virtualHost), ByteText(other.virtualHost))
            return first == second ? ByteText(one.queue) < ByteText(other.queue) : first < second
        }

        package func hash(into hasher: inout Hasher) {
            ByteText(virtualHost).hash(into: &hasher)
            ByteText(queue).hash(into: &hasher)
        }
    }

    /// What is in a queue; nil where the server does not say.
    package struct Queue: Sendable, Hashable {
        package var ready: UInt64?
        package var unacknowledged: UInt64?
        package var consumers: UInt64?

        package init(ready: UInt64? = nil, unacknowledged: UInt64? = nil, consumers: UInt64? = nil) {
            self.ready = ready
            self.unacknowledged = unacknowledged
            self.consumers = consumers
        }

        fileprivate mutating func add(_ other: Self) {
            ready = Self.sum(ready, other.ready)
            unacknowledged = Self.sum(unacknowledged, other.unacknowledged)
            consumers = Self.sum(consumers, other.consumers)
        }

        private static func sum(_ one: UInt64?, _ other: UInt64?) -> UInt64? {
            guard let one, let other else { return one ?? other }
            let (sum, isOver) = one.addingReportingOverflow(other)
            return isOver ? .max : sum
        }
    }

    /// A node of the cluster.
    package struct Node: Sendable, Hashable {
        package var name: String
        package var isRunning: Bool
        package var hasMemoryAlarm: Bool?
        package var hasDiskAlarm: Bool?

        package init(name: String, isRunning: Bool, hasMemoryAlarm: Bool? = nil, hasDiskAlarm: Bool? = nil) {
            self.name = name
            self.isRunning = isRunning
            self.hasMemoryAlarm = hasMemoryAlarm
            self.hasDiskAlarm = hasDiskAlarm
        }
    }

    package private(set) var queues: [QueueName: Queue] = [:]
    /// The queues that there are.
    package var queueCount: UInt64?
    /// The queues that the probe's user sees, of its virtual host and its names.
    package var listedQueues: UInt64?
    package var ready: UInt64?
    package var unacknowledged: UInt64?
    package var connections: UInt64?
    package var channels: UInt64?
    package var consumers: UInt64?
    package var nodes: [Node] = []
    /// When the certificates end that the server has shown; nil where it has shown none.
    package var certificates: CertificateEnds?

    package init() {}

    /// Takes queues in by their whole names, the first ones as many as are served. Those whose names are the same as labels are summed.
    package mutating func take(_ all: [QueueName: Queue]) {
        for name in all.keys.sorted().prefix(NetworkProbeLimits.queues.value) {
            guard let queue = all[name] else { continue }
            queues[Self.label(name), default: Queue()].add(queue)
        }
    }

    private static func label(_ name: QueueName) -> QueueName {
        QueueName(virtualHost: cut(name.virtualHost), queue: cut(name.queue))
    }

    /// A text as a label as it is served: as many whole code points as fit, and none of them null.
    static func cut(_ given: String) -> String {
        let text =
            given.utf8.contains(0) ? String(decoding: LabelBytes.withoutNull(Array(given.utf8)), as: UTF8.self) : given
        let most = NetworkProbeLimits.label.value.bytes
        guard text.utf8.count > most else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: most)
        // A byte 10xxxxxx goes on with a code point that an earlier one began.
        while text.utf8[end] & 0b1100_0000 == 0b1000_0000 { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}

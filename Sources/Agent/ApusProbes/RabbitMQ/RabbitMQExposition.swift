import ApusMetrics
import ApusText

/// Reads what the plugin `rabbitmq_prometheus` serves of queues and nodes.
///
/// The versions of Debian 12 do not escape the names of queues: one with a quotation mark would make the whole exposition none. Each line is
/// read by itself, and such a line by what its labels are known to be.
enum RabbitMQExposition {
    /// What an exposition has of queues.
    struct Reading {
        var queues: [RabbitMQFigures.QueueName: RabbitMQFigures.Queue] = [:]
        /// Whether a RabbitMQ has written it.
        var isOfRabbitMQ = false
        var node: String?
    }

    static func queues(_ text: [UInt8], _ target: RabbitMQTarget) -> Reading {
        var reading = Reading()
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: prefix) {
            if line.starts(with: identity) {
                reading.isOfRabbitMQ = true
                reading.node = node(line)
                continue
            }
            guard let (column, rest) = column(of: line), let (name, value) = sample(rest), target.takes(queue: name.queue)
            else { continue }
            reading.queues[name, default: RabbitMQFigures.Queue()][keyPath: column] = value
        }
        return reading
    }

    /// Takes the totals of a node's aggregated exposition in.
    static func take(totals text: [UInt8], node: String, _ figures: inout RabbitMQFigures) {
        var numbers: [String: UInt64] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: prefix) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
            guard parts.count == 2, parts[0].count <= 64 else { continue }
            let name = String(decoding: parts[0].dropFirst(prefix.count), as: UTF8.self)
            if totals.contains(name), numbers[name] == nil { numbers[name] = number(parts[1]) }
        }
        figures.queueCount = numbers["queues"]
        figures.connections = numbers["connections"]
        figures.channels = numbers["channels"]
        figures.consumers = numbers["consumers"]
        figures.ready = numbers["queue_messages_ready"]
        figures.unacknowledged = numbers["queue_messages_unacked"]
        figures.nodes = [
            RabbitMQFigures.Node(
                name: node, isRunning: true, hasMemoryAlarm: numbers["alarms_memory_used_watermark"].map { $0 > 0 },
                hasDiskAlarm: numbers["alarms_free_disk_space_watermark"].map { $0 > 0 })
        ]
    }

    private static let totals: Set = [
        "queues", "connections", "channels", "consumers", "queue_messages_ready",
        "queue_messages_unacked", "alarms_memory_used_watermark", "alarms_free_disk_space_watermark",
    ]
    private static let prefix = Array("rabbitmq_".utf8)
    private static let identity = Array("rabbitmq_identity_info{".utf8)
    private static let columns: [([UInt8], WritableKeyPath<RabbitMQFigures.Queue, UInt64?> & Sendable)] = [
        (Array("rabbitmq_detailed_queue_messages_ready{".utf8), \.ready),
        (Array("rabbitmq_detailed_queue_messages_unacked{".utf8), \.unacknowledged),
        (Array("rabbitmq_detailed_queue_consumers{".utf8), \.consumers),
    ]

    /// Which figure of a queue a line has, and what follows the brace of its labels.
    private static func column(
        of line: ArraySlice<UInt8>
    ) -> (WritableKeyPath<RabbitMQFigures.Queue, UInt64?> & Sendable, ArraySlice<UInt8>)? {
        for (name, path) in columns where line.starts(with: name) { return (path, line.dropFirst(name.count)) }
        return nil
    }

    private static let before = Array("vhost=\"".utf8)
    private static let between = Array("\",queue=\"".utf8)
    private static let after = Array("\"} ".utf8)

    /// The queue and the number of a line from its labels on.
    private static func sample(_ line: ArraySlice<UInt8>) -> (RabbitMQFigures.QueueName, UInt64)? {
        guard line.starts(with: before), let end = lastPlace(of: after, in: line),
            let value = number(line[(end + after.count)...])
        else { return nil }
        let labels = line[..<end]
        guard let middle = firstPlace(of: between, in: labels) else { return nil }
        let virtualHost = labels[(labels.startIndex + before.count)..<middle]
        let queue = labels[(middle + between.count)...]
        // Where the whole line is as the format has it, its escapes are meant.
        if virtualHost.contains(UInt8(ascii: "\\")) || queue.contains(UInt8(ascii: "\\")),
            let sample = try? ExpositionReader.samples(in: "x{" + String(decoding: line, as: UTF8.self)).first,
            let virtualHost = sample["vhost"], let queue = sample["queue"]
        {
            return (RabbitMQFigures.QueueName(virtualHost: virtualHost, queue: queue), value)
        }
        return (
            RabbitMQFigures.QueueName(
                virtualHost: String(decoding: virtualHost, as: UTF8.self), queue: String(decoding: queue, as: UTF8.self)), value
        )
    }

    /// The name of the node that the identity tells.
    private static func node(_ line: ArraySlice<UInt8>) -> String? {
        (try? ExpositionReader.samples(in: String(decoding: line, as: UTF8.self)))?.first?["rabbitmq_node"].map(
            RabbitMQFigures.cut)
    }

    /// A whole number that is not below 0.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard text.count <= 32, let number = Double(String(decoding: text, as: UTF8.self)) else { return nil }
        return UInt64(exactly: number)
    }

    private static func firstPlace(of text: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= text.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - text.count)).first { bytes[$0...].starts(with: text) }
    }

    private static func lastPlace(of text: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= text.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - text.count)).last { bytes[$0...].starts(with: text) }
    }
}

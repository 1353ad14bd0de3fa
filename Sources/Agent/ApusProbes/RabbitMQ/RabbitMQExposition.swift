import ApusLimits
import ApusMetrics
import ApusText
import NIOCore

/// Reads what the plugin `rabbitmq_prometheus` serves of queues and nodes, as it comes: what is kept of it is bounded, however many queues
/// there are.
///
/// The versions of Debian 12 do not escape the names of queues: one with a quotation mark would make the whole exposition none. Each line is
/// read by itself, and such a line by what its labels are known to be.
final class RabbitMQExposition {
    private let target: RabbitMQTarget
    private var lines = ExpositionLines(longest: NetworkProbeLimits.line.value)
    /// Whether a RabbitMQ has written it.
    private(set) var isOfRabbitMQ = false
    private(set) var node: String?
    /// The first queues by their names; those that come behind ``bound`` are not among them.
    private var queues: [RabbitMQFigures.QueueName: RabbitMQFigures.Queue] = [:]
    private var bound: RabbitMQFigures.QueueName?
    /// The queues that were counted by each of the columns.
    private var counts = [UInt64](repeating: 0, count: columns.count)
    private var totals: [String: UInt64] = [:]

    init(_ target: RabbitMQTarget) { self.target = target }

    /// Takes the next bytes of the exposition of queues.
    func take(queues bytes: ByteBufferView) { lines.take(bytes, takeQueue) }

    /// Takes the next bytes of the node's aggregated exposition.
    func take(totals bytes: ByteBufferView) { lines.take(bytes, takeTotal) }

    /// Ends the exposition of queues, so that the other can follow.
    func endQueues() { lines.end(takeQueue) }

    /// Ends the aggregated exposition.
    ///
    /// - Returns: all that was said.
    func end() -> RabbitMQFigures {
        lines.end(takeTotal)
        var figures = RabbitMQFigures()
        figures.queueCount = totals["queues"]
        figures.connections = totals["connections"]
        figures.channels = totals["channels"]
        figures.consumers = totals["consumers"]
        figures.ready = totals["queue_messages_ready"]
        figures.unacknowledged = totals["queue_messages_unacked"]
        figures.nodes = [
            RabbitMQFigures.Node(
                name: node ?? "", isRunning: true, hasMemoryAlarm: totals["alarms_memory_used_watermark"].map { $0 > 0 },
                hasDiskAlarm: totals["alarms_free_disk_space_watermark"].map { $0 > 0 })
        ]
        figures.listedQueues = counts.max()
        figures.take(queues)
        return figures
    }

    private func takeQueue(_ line: ArraySlice<UInt8>) {
        guard line.starts(with: Self.prefix) else { return }
        // A name with a line break could be written as such lines: of what is there several times the first stands.
        if line.starts(with: Self.identity) {
            if !isOfRabbitMQ { node = Self.node(line) }
            isOfRabbitMQ = true
            return
        }
        guard let (column, rest) = Self.column(of: line), let (name, value) = Self.sample(rest), target.takes(queue: name.queue)
        else { return }
        let path = Self.columns[column].path
        guard queues[name]?[keyPath: path] == nil else { return }
        counts[column] += 1
        if let bound, bound < name { return }
        queues[name, default: RabbitMQFigures.Queue()][keyPath: path] = value
        if queues.count >= 2 * NetworkProbeLimits.queues.value { keepFirst() }
    }

    /// Lets go of the queues that are not among the first: a later line can bring none of them back.
    private func keepFirst() {
        let names = queues.keys.sorted()
        bound = names[NetworkProbeLimits.queues.value - 1]
        for name in names[NetworkProbeLimits.queues.value...] { queues[name] = nil }
    }

    private func takeTotal(_ line: ArraySlice<UInt8>) {
        guard line.starts(with: Self.prefix) else { return }
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard parts.count == 2, parts[0].count <= 64 else { return }
        let name = String(decoding: parts[0].dropFirst(Self.prefix.count), as: UTF8.self)
        if Self.totals.contains(name), totals[name] == nil { totals[name] = Self.number(parts[1]) }
    }

    private static let totals: Set = [
        "queues", "connections", "channels", "consumers", "queue_messages_ready",
        "queue_messages_unacked", "alarms_memory_used_watermark", "alarms_free_disk_space_watermark",
    ]
    private static let prefix = Array("rabbitmq_".utf8)
    private static let identity = Array("rabbitmq_identity_info{".utf8)
    private static let columns: [(name: [UInt8], path: WritableKeyPath<RabbitMQFigures.Queue, UInt64?> & Sendable)] = [
        (Array("rabbitmq_detailed_queue_messages_ready{".utf8), \.ready),
        (Array("rabbitmq_detailed_queue_messages_unacked{".utf8), \.unacknowledged),
        (Array("rabbitmq_detailed_queue_consumers{".utf8), \.consumers),
    ]

    /// Which figure of a queue a line has, and what follows the brace of its labels.
    private static func column(of line: ArraySlice<UInt8>) -> (Int, ArraySlice<UInt8>)? {
        for (index, column) in columns.enumerated() where line.starts(with: column.name) {
            return (index, line.dropFirst(column.name.count))
        }
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
        guard text.count <= 32, let number = String(decoding: text, as: UTF8.self).wholeDouble else {
            return nil
        }
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

/// Cuts what comes piece by piece into its lines.
private struct ExpositionLines {
    /// A line longer than this is passed over.
    let longest: ByteLimit
    /// The line of which the end has not come.
    private var beginning: [UInt8] = []
    private var isTooLong = false

    init(longest: ByteLimit) { self.longest = longest }

    mutating func take(_ bytes: ByteBufferView, _ body: (ArraySlice<UInt8>) -> Void) {
        var rest = Array(bytes)[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let part = rest[..<end]
            rest = rest[(end + 1)...]
            if beginning.isEmpty, !isTooLong {
                if part.count <= longest.bytes { body(Self.trimmed(part)) }
            } else {
                extend(part)
                self.end(body)
            }
        }
        extend(rest)
    }

    /// Without the first of two bytes that a proxy may end lines with.
    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    /// Goes on with the line that has begun.
    private mutating func extend(_ part: ArraySlice<UInt8>) {
        isTooLong = isTooLong || beginning.count + part.count > longest.bytes
        if isTooLong { beginning = [] } else { beginning += part }
    }

    /// Takes what is there as the last line.
    mutating func end(_ body: (ArraySlice<UInt8>) -> Void) {
        if !isTooLong, !beginning.isEmpty { body(Self.trimmed(beginning[...])) }
        (beginning, isTooLong) = ([], false)
    }
}

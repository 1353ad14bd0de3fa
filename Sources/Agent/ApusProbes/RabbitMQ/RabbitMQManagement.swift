import ApusLimits
import ApusText

/// Reads what the API of the plugin `rabbitmq_management` answers.
enum RabbitMQManagement {
    /// The answer as JSON; nil where it is none.
    static func json(_ body: [UInt8]) -> PlacedJSON? {
        let rules = JSONReader.Rules.interchange(
            deepest: NetworkProbeLimits.depth.value, largest: 4 * NetworkProbeLimits.page.value.bytes,
            mostValues: NetworkProbeLimits.values.value)
        // A queue can be named by any bytes.
        return try? JSONReader.read(Array(String(decoding: body, as: UTF8.self).utf8), as: rules)
    }

    /// The tags of the user that asks; nil where the answer is no one of RabbitMQ.
    static func tags(_ json: PlacedJSON) -> [String]? {
        guard json["name"]?.text != nil, let tags = json["tags"]?.value else { return nil }
        switch tags {
        // As RabbitMQ before 3.9 writes them.
        case .string(let text): return text.split(separator: ",").map { String($0).excerpt(64) }
        case .array(let elements): return elements.compactMap { $0.text?.excerpt(64) }
        default: return nil
        }
    }

    /// The tags with which a user sees what is asked for.
    static let sufficientTags: Set = ["monitoring", "administrator"]

    /// Whether the server gathers no statistics of queues (`management_agent.disable_metrics_collector`).
    static func lacksStatistics(_ overview: PlacedJSON) -> Bool {
        if case .boolean(true)? = overview["disable_stats"]?.value { return true }
        return false
    }

    /// Takes the totals in; false where the answer is no overview.
    static func take(overview: PlacedJSON, _ figures: inout RabbitMQFigures) -> Bool {
        guard let objects = overview["object_totals"], case .object = objects.value else { return lacksStatistics(overview) }
        figures.queueCount = objects["queues"]?.count
        figures.connections = objects["connections"]?.count
        figures.channels = objects["channels"]?.count
        figures.consumers = objects["consumers"]?.count
        figures.ready = overview["queue_totals"]?["messages_ready"]?.count
        figures.unacknowledged = overview["queue_totals"]?["messages_unacknowledged"]?.count
        return true
    }

    /// The nodes of the cluster, as many as are served.
    static func nodes(_ json: PlacedJSON) -> [RabbitMQFigures.Node] {
        guard case .array(let elements) = json.value else { return [] }
        var names: Set<ByteText> = []
        return elements.prefix(NetworkProbeLimits.nodes.value).compactMap { element in
            guard let name = element["name"]?.text, names.insert(ByteText(RabbitMQFigures.cut(name))).inserted else {
                return nil
            }
            return RabbitMQFigures.Node(
                name: RabbitMQFigures.cut(name), isRunning: element["running"]?.truth ?? false,
                hasMemoryAlarm: element["mem_alarm"]?.truth, hasDiskAlarm: element["disk_free_alarm"]?.truth)
        }
    }

    /// A page of queues.
    struct QueuePage {
        var queues: [(name: RabbitMQFigures.QueueName, queue: RabbitMQFigures.Queue)] = []
        /// The number of queues that the user sees and the pattern means.
        var count: UInt64?
        var pages = 1
    }

    /// The queues of an answer; nil where it is none of queues.
    static func queues(_ json: PlacedJSON) -> QueuePage? {
        guard case .array(let elements)? = json["items"]?.value else { return nil }
        var page = QueuePage(
            count: json["filtered_count"]?.count, pages: json["page_count"]?.count.flatMap { Int(exactly: $0) } ?? 1)
        for element in elements {
            guard let name = element["name"]?.text, let virtualHost = element["vhost"]?.text else { continue }
            page.queues.append(
                (
                    RabbitMQFigures.QueueName(virtualHost: virtualHost, queue: name),
                    RabbitMQFigures.Queue(
                        ready: element["messages_ready"]?.count, unacknowledged: element["messages_unacknowledged"]?.count,
                        consumers: element["consumers"]?.count)
                ))
        }
        return page
    }

    /// Why a user is refused, as the answer says it.
    enum Refusal {
        case password, tag, virtualHost
    }

    /// What an answer with 401 or 403 means.
    static func refusal(_ body: [UInt8]) -> Refusal {
        let reason = json(body)?["reason"]?.text ?? ""
        if reason.hasPrefix("Not management user") || reason.hasPrefix("Not monitor user") { return .tag }
        return reason.contains("virtual host") ? .virtualHost : .password
    }
}

extension PlacedJSON {
    fileprivate var text: String? { if case .string(let text) = value { text } else { nil } }
    fileprivate var truth: Bool? { if case .boolean(let truth) = value { truth } else { nil } }
    /// A number of things; nil where it is none.
    fileprivate var count: UInt64? { if case .number(let number) = value { UInt64(exactly: number) } else { nil } }
}

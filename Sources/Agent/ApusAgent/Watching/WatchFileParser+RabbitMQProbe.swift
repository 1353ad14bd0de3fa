import ApusLimits
import ApusProbes
import ApusText
import ApusYAML

extension WatchFileParser {
    /// A RabbitMQ: a map with the URL of one of its plugins.
    mutating func rabbitmqProbe(_ value: PlacedYAML) -> ProbeTarget? {
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofRabbitMQ, secrets: ["password"], in: "rabbitmq") else { return nil }
        let ways = RabbitMQTarget.Way.allCases.filter { keys[$0.rawValue] != nil }
        guard let way = ways.first, let written = keys[way.rawValue] else {
            note(
                "nothing says how the RabbitMQ is asked: write management: http://127.0.0.1:15672, or prometheus: http://127.0.0.1:15692",
                at: value.place)
            return nil
        }
        if ways.count > 1 { note("management and prometheus are two ways to ask: leave one out", at: written.place) }
        let url = rabbitmqURL(written, way)
        let login = login(keys, takesToken: false, at: value.place)
        if way == .management, login == HTTPLogin.none, faults.count == before {
            note("management wants a user: write user, with the tag monitoring, and password_file", at: value.place)
        }
        var target = url.map { RabbitMQTarget(way, $0) }
        if let login { target?.login = login }
        if let tls = url.flatMap({ probeTLS(keys["tls"], of: $0) }) { target?.tls = tls }
        target?.virtualHost = keys["vhost"].flatMap { name($0, of: "vhost") }
        if let queues = keys["queues"].flatMap({ queuePatterns($0) }) { target?.queues = queues }
        guard faults.count == before, let target else { return nil }
        return .rabbitmq(target)
    }

    private mutating func rabbitmqURL(_ value: PlacedYAML, _ way: RabbitMQTarget.Way) -> ProbeURL? {
        guard let url = probeURL(value, way.rawValue) else { return nil }
        guard !url.target.contains("?") else {
            note("\(way.rawValue) has a query: write the plugin's own URL, without ?", at: value.place)
            return nil
        }
        for end in ["/metrics", "/metrics/", "/api", "/api/"] where url.target.hasSuffix(end) {
            note("\(way.rawValue) ends in \(end): write the plugin's own URL, without that", at: value.place)
            return nil
        }
        return url
    }

    /// A name of RabbitMQ, which has 255 bytes at most.
    private mutating func name(_ value: PlacedYAML, of key: String) -> String? {
        guard let text = text(value, key) else { return nil }
        guard text.utf8.count <= 255 else {
            note("\(key) has more than 255 bytes, and no name of RabbitMQ has: write another one", at: value.place)
            return nil
        }
        return text
    }

    private mutating func queuePatterns(_ value: PlacedYAML) -> [QueuePattern]? {
        guard case .sequence(let elements) = value.value, !elements.isEmpty else {
            note("queues is no list with something in it: write one such as [\"orders.*\"], or leave it out", at: value.place)
            return nil
        }
        let most = NetworkProbeLimits.patterns.value
        if elements.count > most {
            note("more than \(most) in queues: name several by one pattern, orders.*", at: elements[most].place)
        }
        return elements.prefix(most).compactMap { name($0, of: "queues").map { QueuePattern($0) } }
    }
}

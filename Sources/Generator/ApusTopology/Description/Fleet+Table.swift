import ApusPromQL
import ApusText

extension Fleet {
    /// The fleet for people: what runs where within which limits, what is promised, and who hears of it.
    public var table: String {
        let title = "\(name), \(environment.rawValue), on \(host)\n"
        return ([title] + [processes, listeners, promises, limits, routes].map(\.text).filter { !$0.isEmpty })
            .joined(separator: "\n")
    }

    private var processes: TextTable {
        TextTable(
            headings: ["SERVICE", "ROLE", "INSTANCE", "ADDRESS", "MEMORY", "CONNECTIONS", "REPLICAS"],
            rows: services.flatMap { service in
                zip(service.instances, connectionShares(of: service)).map { instance, share in
                    [
                        service.name, service.role.rawValue, instance.name,
                        endpoint(of: instance).map(FleetNetwork.host.address) ?? "-", memoryLimit(service.limits).shortText,
                        "\(share)", service.scaling.map { "\($0.minimum)-\($0.maximum)" } ?? "\(service.instances.count)",
                    ]
                }
            })
    }

    private var listeners: TextTable {
        TextTable(
            headings: ["SERVER", "PROCESS", "ADDRESS"],
            rows: endpoints.filter { $0.kind != .instance }.map {
                [$0.kind.rawValue, $0.process, FleetNetwork.host.address(of: $0)]
            })
    }

    private var promises: TextTable {
        TextTable(
            headings: ["OBJECTIVE", "SERVICE", "TARGET", "PERIOD"],
            rows: objectives.map { objective in
                let percent = (objective.target * 1e8).rounded() / 1e6
                return [
                    objective.name, objective.service, "\(PromQLNumber.string(percent)) %",
                    DurationText.string(objective.period),
                ]
            })
    }

    private var limits: TextTable {
        TextTable(headings: ["THRESHOLD", "LIMIT", "SEVERITY"], rows: thresholds.rows)
    }

    private var routes: TextTable {
        let ways = Dictionary(routing.receivers.map { ($0.name, $0.ways.map(\.name).joined(separator: ", ")) }) { first, _ in
            first
        }
        var rows = routing.routes.map { route in
            let severities = route.severities.map(\.rawValue).joined(separator: ", ")
            return [
                severities.isEmpty ? "any" : severities, route.service ?? "any", route.receiver, ways[route.receiver] ?? "",
            ]
        }
        if let name = routing.defaultReceiver { rows.append(["others", "any", name, ways[name] ?? ""]) }
        return TextTable(headings: ["ALERTS", "OF", "GO TO", "BY"], rows: rows)
    }
}

extension Receiver.Way {
    /// As people call it.
    var name: String {
        switch self {
        case .webhook: "webhook"
        case .email: "mail"
        case .pagerDuty: "PagerDuty"
        case .slack(let channel, _): "Slack \(channel)"
        }
    }
}

extension ByteCount {
    /// In mebibytes where it is of whole ones.
    var shortText: String { bytes.isMultiple(of: 1_048_576) ? "\(bytes / 1_048_576) MiB" : "\(bytes) B" }
}

extension Thresholds {
    /// Name, limit and severity of each.
    fileprivate var rows: [[String]] {
        [
            row("CPU of a process", cpuPercent) { "\(PromQLNumber.string($0)) % of a core" },
            row("memory of a process", memory, \.shortText), row("heap growth in an hour", heapGrowth, \.shortText),
            row("starts in 15 minutes", restarts, \.description), row("queue depth", queueDepth, \.description),
            row("queue age", queueAge, DurationText.string), row("failed attempts", errorRatio, percent),
            row("time of an attempt, p95", deliveryLatency, DurationText.string), row("lost leases", lostLeases, percent),
            row("failed requests", requestErrorRatio, percent),
            row("time of a request, p95", requestLatency, DurationText.string),
            row("connections of the fleet", connections, \.description), row("pool in use", poolUse, percent),
            row("database connections in use", databaseConnections, percent), row("cache memory in use", cacheMemory, percent),
            row("broker queue depth", brokerDepth, \.description),
            row("certificate expires in", certificateExpiry, DurationText.string), row("disk free", freeDisk, percent),
            row("memory pressure", memoryPressure, percent),
        ]
    }

    private func row<Value>(_ name: String, _ threshold: Threshold<Value>, _ text: (Value) -> String) -> [String] {
        [name, text(threshold.value), threshold.severity.rawValue]
    }

    private func percent(_ ratio: Double) -> String { "\(PromQLNumber.string((ratio * 1e8).rounded() / 1e6)) %" }
}

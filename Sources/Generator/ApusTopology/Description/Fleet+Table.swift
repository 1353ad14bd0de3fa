import ApusPromQL
import ApusText

extension Fleet {
    /// The fleet for people: what runs where within which limits, what is promised, and who hears of it.
    ///
    /// - Parameter watched: the limits that the fleet's alerts watch, which come before those that it sets without need.
    public func table(watched: [Threshold] = []) -> String {
        let title = "\(name), \(environment.rawValue), on \(host)\n"
        return ([title] + [processes, listeners, promises, limits(watched), routes].map(\.text).filter { !$0.isEmpty })
            .joined(separator: "\n")
    }

    private var processes: TextTable {
        TextTable(
            headings: ["SERVICE", "ROLE", "RUNTIME", "INSTANCE", "ADDRESS", "MEMORY", "CONNECTIONS", "REPLICAS"],
            rows: services.flatMap { service in
                captured(service)
                    + zip(service.instances, connectionShares(of: service)).map { instance, share in
                        [
                            service.name, service.role.rawValue, service.runtime.rawValue, instance.name,
                            endpoint(of: instance).map(FleetNetwork.host.address) ?? "-", memoryLimit(service.limits).shortText,
                            "\(share)", service.scaling.map { "\($0.minimum)-\($0.maximum)" } ?? "\(service.instances.count)",
                        ]
                    }
            })
    }

    /// The instances that are found by what a name captures: nobody knows how many there are.
    private func captured(_ service: FleetService) -> [[String]] {
        (service.found?.instanceTemplate).map {
            [
                [
                    service.name, service.role.rawValue, service.runtime.rawValue, $0, "-",
                    memoryLimit(service.limits).shortText, "-", "-",
                ]
            ]
        } ?? []
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

    private func limits(_ watched: [Threshold]) -> TextTable {
        var names: Set<String> = []
        return TextTable(
            headings: ["THRESHOLD", "LIMIT", "SEVERITY"],
            rows: (watched + thresholds.declared).filter { names.insert($0.name).inserted }
                .map { [$0.title, $0.text, $0.severity.rawValue] })
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
    /// The way as people call it.
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
    /// The number with its unit: in mebibytes where it is of whole ones.
    var shortText: String { bytes.isMultiple(of: 1_048_576) ? "\(bytes / 1_048_576) MiB" : "\(bytes) B" }
}
/// Rows of text under headings, each column as wide as its widest cell.
struct TextTable {
    let headings: [String]
    let rows: [[String]]

    /// The table as lines without white space at their ends; nothing when there are no rows.
    var text: String {
        guard !rows.isEmpty else { return "" }
        let lines = [headings] + rows
        let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            let padded = zip(cells, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}

import FoundationEssentials

extension LoadReport {
    /// The report for people; ends with a newline.
    package var text: String {
        var lines = [
            "load        \(NumberFormat.short(rate))/s for \(NumberFormat.short(durationSeconds)) s to \(apis.joined(separator: ", ")), "
                + "\(users) users" + (interrupted ? " (interrupted)" : ""),
            "requests    sent \(sent), accepted \(accepted), failed \(failed), dropped \(dropped)",
            "deliveries  delivered \(delivered), duplicates \(duplicates), lost \(lost), dead \(dead)"
                + (unacknowledged > 0 ? ", of requests without an answer \(unacknowledged)" : ""),
            "throughput  \(NumberFormat.short(acceptedPerSecond)) accepted/s, \(NumberFormat.short(deliveredPerSecond)) delivered/s",
        ]
        for (reason, count) in failures.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("failure     \(reason): \(count)")
        }
        let titles = ["average", "p50", "p95", "p99", "max"].map { NumberFormat.padded($0, width: 10) }.joined()
        lines.append("latency, ms             \(titles)")
        for (name, summary) in [
            ("enqueue               ", enqueue), ("enqueue, service time ", service), ("enqueue to delivered  ", delivery),
        ] {
            let numbers = [summary.average, summary.p50, summary.p95, summary.p99, summary.max]
            lines.append("  \(name)\(numbers.map { NumberFormat.column($0) }.joined())")
        }
        lines.append(passed ? "result      passed" : "result      FAILED")
        lines.append(contentsOf: missed.map { "  \($0)" })
        return lines.joined(separator: "\n") + "\n"
    }

    /// The report for programs: an object with sorted keys; ends with a newline.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

/// How numbers are written for people.
enum NumberFormat {
    /// Writes a number with at most three decimals, none that are zero at the end.
    static func short(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int64(rounded)) : String(rounded)
    }

    /// Writes a number with one decimal, padded on the left to the width.
    static func column(_ value: Double, width: Int = 10) -> String {
        let tenths = Int64((value * 10).rounded())
        return padded("\(tenths / 10).\(abs(tenths % 10))", width: width)
    }

    static func padded(_ text: String, width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

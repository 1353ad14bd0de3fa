/// Durations as people write them, in the grammar of Prometheus: `5m`, `1m30s`, `500ms`
/// (https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations).
///
/// Options of commands, PromQL, rule files and what is generated share this one grammar: whole numbers with the units `y` (365 days),
/// `w`, `d`, `h`, `m`, `s` and `ms`, from large to small and each once, or a bare `0`.
///
/// ```swift
/// DurationText.parse("1h30m")             // 5,400 seconds
/// DurationText.string(.seconds(5400))     // "1h30m"
/// ```
public enum DurationText {
    private static let units: [(name: [UInt8], milliseconds: Int64)] = [
        ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ].map { (Array($0.0.utf8), $0.1) }

    /// The longest duration, some 292 years: Prometheus keeps nanoseconds in 64 bits.
    private static let longest = Int64.max / 1_000_000

    /// The duration, or `nil` when the text is none.
    public static func parse(_ text: some StringProtocol) -> Duration? { milliseconds(in: text).map { .milliseconds($0) } }

    /// The milliseconds in the duration, or `nil` when the text is none.
    public static func milliseconds(in text: some StringProtocol) -> Int64? {
        let bytes = Array(text.utf8)
        if bytes == [UInt8(ascii: "0")] { return 0 }
        guard !bytes.isEmpty else { return nil }
        var index = 0
        var total: Int64 = 0
        var rank = -1
        while index < bytes.count {
            let start = index
            var count: Int64 = 0
            while index < bytes.count, case let digit = bytes[index] &- UInt8(ascii: "0"), digit < 10 {
                // The longest duration times ten is far below the largest count.
                count = count * 10 + Int64(digit)
                guard count <= longest else { return nil }
                index += 1
            }
            guard index > start else { return nil }
            let unit = bytes[index...].prefix { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let found = units.firstIndex(where: { $0.name.elementsEqual(unit) }), found > rank else { return nil }
            rank = found
            index = unit.endIndex
            let (product, overflow) = count.multipliedReportingOverflow(by: units[found].milliseconds)
            guard !overflow, product <= longest - total else { return nil }
            total += product
        }
        return total
    }

    /// The text that a person would write, in units from days down; weeks and years are not used.
    ///
    /// - Returns: `0s` for nothing. What is finer than a millisecond, which Prometheus cannot read, is cut off.
    public static func string(_ duration: Duration) -> String {
        var rest = wholeMilliseconds(duration)
        guard rest != 0 else { return "0s" }
        var text = rest < 0 ? "-" : ""
        rest = abs(rest)
        for (size, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")] as [(Int64, String)]
        where rest >= size {
            text += "\(rest / size)\(unit)"
            rest %= size
        }
        return text
    }

    /// The milliseconds in a duration; `nil` when it is not of whole ones.
    public static func milliseconds(_ duration: Duration) -> Int64? {
        duration.components.attoseconds % attosecondsPerMillisecond == 0 ? wholeMilliseconds(duration) : nil
    }

    private static let attosecondsPerMillisecond: Int64 = 1_000_000_000_000_000

    /// The milliseconds in a duration, without what is finer.
    package static func wholeMilliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + attoseconds / attosecondsPerMillisecond
    }
}

/// Durations as Prometheus reads them: `5m`, `1m30s`, `500ms`
/// (https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations).
public enum DurationText {
    /// The units in which a person would write it, from the largest down; weeks and years are not used.
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

    /// The milliseconds in a duration; nil when it is not of whole ones.
    public static func milliseconds(_ duration: Duration) -> Int64? {
        duration.components.attoseconds % attosecondsPerMillisecond == 0 ? wholeMilliseconds(duration) : nil
    }

    private static let attosecondsPerMillisecond: Int64 = 1_000_000_000_000_000

    private static func wholeMilliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + attoseconds / attosecondsPerMillisecond
    }
}

/// Durations as people write them on a command line: a whole number and a unit, `500ms`, `15s`, `5m`, `1h`, `2d`.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// The duration, or `nil` when the text is not of this form or past a million days.
    package static func parse(_ text: String) -> Duration? {
        guard let unitStart = text.firstIndex(where: { !("0"..."9").contains($0) }),
            let count = Int64(text[..<unitStart]), count <= 1_000_000,
            let unit = units.first(where: { $0.name == text[unitStart...] })
        else { return nil }
        return .milliseconds(count * unit.milliseconds)
    }

    /// The text that parses back, in the largest unit that needs no fraction; parts under a millisecond are dropped.
    package static func string(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        for unit in units where milliseconds != 0 && milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.name)"
        }
        return "0s"
    }
}

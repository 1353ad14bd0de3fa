import ArgumentParser

/// Durations on the command line: a whole number and a unit, such as `500ms`, `15s`, `5m`, `1h` or `2d`.
extension Duration: @retroactive ExpressibleByArgument {
    public init?(argument: String) {
        guard let unitStart = argument.firstIndex(where: { !$0.isNumber }),
            let count = Int64(argument[..<unitStart]), count <= 1_000_000_000
        else { return nil }
        switch argument[unitStart...] {
        case "ms": self = .milliseconds(count)
        case "s": self = .seconds(count)
        case "m": self = .seconds(count * 60)
        case "h": self = .seconds(count * 3600)
        case "d": self = .seconds(count * 86400)
        default: return nil
        }
    }

    public var defaultValueDescription: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        for (size, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")] as [(Int64, String)]
        where milliseconds > 0 && milliseconds % size == 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return "\(milliseconds)ms"
    }
}

public import ArgumentParser

/// Durations on the command line, such as `500ms`, `15s`, `5m`, `1h` or `2d`.
extension Duration: @retroactive ExpressibleByArgument {
    public init?(argument: String) {
        guard let duration = DurationText.parse(argument) else { return nil }
        self = duration
    }

    public var defaultValueDescription: String { DurationText.string(self) }
}

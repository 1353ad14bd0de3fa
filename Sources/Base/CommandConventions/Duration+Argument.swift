import ApusText
public import ArgumentParser

/// Lets a duration be the value of an option, in the form of `DurationText`: `500ms`, `15s`, `1h30m`, `2d`.
extension Duration: @retroactive ExpressibleByArgument {
    public init?(argument: String) {
        guard let duration = DurationText.parse(argument) else { return nil }
        self = duration
    }

    public var defaultValueDescription: String { DurationText.string(self) }
}

import ApusText
public import ArgumentParser
import Synchronization

/// Lets a duration be the value of an option, in the form of `DurationText`: `500ms`, `15s`, `1h30m`, `2d`.
extension Duration: @retroactive ExpressibleByArgument {
    public init?(argument: String) {
        guard let duration = DurationText.parse(argument) else {
            RefusedDuration.last.withLock { $0 = argument }
            return nil
        }
        self = duration
    }

    public var defaultValueDescription: String { DurationText.string(self) }
}

/// The text that was refused as a duration, of which ArgumentParser's message cannot say what to write in its place.
enum RefusedDuration {
    static let last = Mutex<String?>(nil)

    /// What the message of a refusal lacks; nothing of another one.
    static func remedy(for message: String) -> String {
        guard let text = last.withLock({ $0 }), message.contains("'\(text)' is invalid") else { return "" }
        return "; write a duration with its unit, such as 15s or 500ms"
    }
}

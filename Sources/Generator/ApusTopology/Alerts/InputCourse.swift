/// How a series goes through the test of an alert: first it is within the alert's limits, then beyond them for longer than the alert
/// waits, then within them again.
public enum InputCourse: Hashable, Sendable {
    /// The course of a gauge; nil while the series is not there.
    case level(quiet: Double?, bad: Double?)
    /// A counter that rises by so much a second, averaged over the longest window of the condition. What the window needs to be
    /// beyond the limit comes within its first bad step, so that a condition with another window fails its test.
    case growth(quiet: Double, bad: Double)
    /// A counter, or a gauge of times such as that of a start, that rises so often by 1, a step each; the last time takes it beyond
    /// the limit.
    case events(Int)
    /// A gauge of 1 and 0 that changes with each step until it is quiet again, so that as many changes take it beyond the limit; nil: a
    /// gauge that changes all the time.
    case alternating(Int?)
    /// A counter that rises by 1 a step, but not within the condition's longest window before the first bad step, nor until it is
    /// quiet again.
    case ceasing
    /// A gauge that rises by so much a second, by linear regression over the longest window of the condition.
    case slope(from: Double, quiet: Double, bad: Double)
    /// A gauge that rises by so much a second from so long before the first bad step until it is quiet again; before and afterwards it
    /// stays as it is or, of one that begins, is not there.
    case climb(from: Double, slope: Double, before: Duration, begins: Bool = false)
    /// A gauge that has one value at first, and then the value of each stage from when that begins.
    case stages(Double, [Stage])

    /// A value of a gauge, and how long before the first bad step it takes that.
    public struct Stage: Hashable, Sendable {
        public let before: Duration
        public let value: Double

        public init(before: Duration, _ value: Double) {
            self.before = before
            self.value = value
        }
    }

    /// A counter above a fraction line: its rate passes a limit by so little that the fraction passes its own only because the
    /// counters below the line fall (``falling(to:)``). So a condition with another window on either side fails its test.
    public static func rising(to rate: Double) -> Self { .growth(quiet: rate * 0.9998, bad: rate * 1.0002) }

    /// A counter below a fraction line whose limit ``rising(to:)`` crosses.
    public static func falling(to rate: Double) -> Self { .growth(quiet: rate * 1.0006, bad: rate * 0.9994) }

    /// The course of a gauge that stays as it is.
    public static func constant(_ value: Double) -> Self { .level(quiet: value, bad: value) }
}

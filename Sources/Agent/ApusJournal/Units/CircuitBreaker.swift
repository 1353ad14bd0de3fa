/// How often something that fails is tried again: soon after the first failures, and after the third in a row, when it counts as
/// open, in pauses that double from one second to a minute.
package struct CircuitBreaker: Sendable {
    /// Failures since the last success.
    package private(set) var failures = 0

    private static let threshold = 3
    private static let soon = Duration.milliseconds(100)
    private static let longestDoubling = 6

    package init() {}

    /// Whether so much has failed that little is tried.
    package var isOpen: Bool { failures >= Self.threshold }

    package mutating func succeed() { failures = 0 }

    /// Takes note of a failure.
    ///
    /// - Returns: how long nothing is to be tried: 100 ms while closed; then 1, 2, 4 … 60 s, each up to a fifth more or less, so that
    ///   many who wait for one thing do not come at once.
    package mutating func fail(using generator: inout some RandomNumberGenerator) -> Duration {
        failures = min(failures + 1, Self.threshold + Self.longestDoubling)
        guard isOpen else { return Self.soon }
        let seconds = min(60, 1 << (failures - Self.threshold))
        return .milliseconds(seconds * Int.random(in: 800...1200, using: &generator))
    }
}

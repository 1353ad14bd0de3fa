/// When a store that failed is asked again: after 100 ms at first, twice as long each time, half of it at random.
package struct StoreBackoff: Sendable {
    private static let first = Duration.milliseconds(100)

    /// Failures in a row.
    package private(set) var failures = 0
    /// Not before this moment; nil while the store works.
    package private(set) var retryAt: ContinuousClock.Instant?

    package init() {}

    /// - Parameter longest: the delay does not grow past this.
    package mutating func fail(
        at now: ContinuousClock.Instant, longest: Duration, using generator: inout some RandomNumberGenerator
    ) {
        let delay = min(Self.first * (1 << min(failures, 16)), longest)
        failures += 1
        retryAt = now + delay * Double.random(in: 0.5...1, using: &generator)
    }

    package mutating func succeed() { self = Self() }

    package func allows(_ now: ContinuousClock.Instant) -> Bool { retryAt.map { now >= $0 } ?? true }
}

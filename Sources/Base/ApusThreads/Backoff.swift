import Glibc

/// How long to wait before something that failed is tried again: the pauses grow from one failure in a row to the next, up to a
/// longest one, and are spread at random, so that many who wait for one thing do not come at once.
///
/// A pure value: it knows no clock, and chance is given to it.
///
/// ```swift
/// var backoff = Backoff(first: .seconds(1), longest: .seconds(30), spread: 0.9...1.1)
/// let pause = backoff.fail(using: &generator)  // about 1 s, then 2, 4, 8, 16, 30, 30 …
/// backoff.succeed()
/// ```
package struct Backoff: Hashable, Sendable {
    /// The pause after the first failure, before it is spread.
    package var first: Duration
    /// The ratio of a pause to the one before it; 1 keeps them all the same.
    package var factor: Double
    /// The longest pause, before it is spread. It may change between failures, as when a program is about to end and has no time.
    package var longest: Duration
    /// The multiples of itself between which a pause is drawn, evenly: `0.8...1.2` is a fifth to both sides, `0.5...1` never
    /// longer.
    package var spread: ClosedRange<Double>
    /// The number of failures in a row.
    package private(set) var failures = 0

    /// - Parameters:
    ///   - longest: raised to the first pause when it is shorter.
    ///   - spread: `1...1` by default, which leaves nothing to chance.
    package init(first: Duration, factor: Double = 2, longest: Duration, spread: ClosedRange<Double> = 1...1) {
        self.first = first
        self.factor = factor
        self.longest = max(first, longest)
        self.spread = spread
    }

    /// Takes note of a failure.
    ///
    /// - Parameter random: an evenly distributed number in 0…1, which places the pause within the spread.
    /// - Returns: how long nothing is to be tried.
    package mutating func fail(random: Double) -> Duration {
        failures += 1
        return pause * (spread.lowerBound + (spread.upperBound - spread.lowerBound) * random)
    }

    /// Takes note of a failure, and draws the pause.
    ///
    /// - Returns: how long nothing is to be tried.
    package mutating func fail(using generator: inout some RandomNumberGenerator) -> Duration {
        fail(random: .random(in: 0...1, using: &generator))
    }

    /// Forgets the failures: the next pause is the first one again. Whoever is healthy only after a while says so then.
    package mutating func succeed() { failures = 0 }

    /// The pause after the last failure, before it is spread.
    private var pause: Duration {
        let growth = pow(factor, Double(failures - 1))
        // The longest as it is, and not as a product that rounding or an overflow has changed.
        return growth < longest / first ? min(first * growth, longest) : longest
    }
}

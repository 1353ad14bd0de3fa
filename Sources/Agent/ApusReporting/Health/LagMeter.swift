/// The scheduling lag of one executor, measured by one probe at a time. A pure value: the caller brings clock and probes.
package struct LagMeter: Sendable {
    /// How many turns ``longest`` reaches back.
    package static let window = 60

    /// The nanoseconds from posting the last probe until it ran; while it has not, its age at the last turn.
    package private(set) var lag: UInt64 = 0
    private var postedAt: UInt64?
    private var recent: [UInt64] = []
    private var oldest = 0

    package init() {}

    /// The longest lag of the last ``window`` turns, in nanoseconds.
    package var longest: UInt64 { recent.max() ?? 0 }

    /// Takes in what has become of the probe that is on its way.
    ///
    /// - Parameters:
    ///   - now: CLOCK_MONOTONIC in nanoseconds, as are all times here.
    ///   - outcome: of the probe that was posted last; without meaning before the first.
    ///   - pause: time since the last turn in which the whole process stood still. It is not the executor's fault and counts for
    ///     nothing, or each process would seem to have hung after it was stopped and continued.
    /// - Returns: whether to post a probe now; not while one waits, so that a blocked executor does not gather them.
    package mutating func turn(at now: UInt64, outcome: ProbeOutcome, pause: UInt64) -> Bool {
        if let postedAt {
            settle(postedAt, at: now, outcome, pause)
            record(lag)
        }
        guard postedAt == nil else { return false }
        postedAt = now
        return true
    }

    private mutating func settle(_ posted: UInt64, at now: UInt64, _ outcome: ProbeOutcome, _ pause: UInt64) {
        switch outcome {
        case .waiting:
            let start = min(now, posted + pause)
            postedAt = start
            lag = now - start
        case .ran(let moment):
            let flight = moment - min(moment, posted)
            // A shorter flight was over before the pause began, or began after it.
            lag = flight > pause ? flight - pause : flight
            postedAt = nil
        case .dropped:
            lag = 0
            postedAt = nil
        }
    }

    private mutating func record(_ lag: UInt64) {
        guard recent.count == Self.window else { return recent.append(lag) }
        recent[oldest] = lag
        oldest = (oldest + 1) % Self.window
    }
}

/// CPU use in percent of one core over the last sampling interval, from samples of a total.
///
/// The base is the newest tick that lies at least half an interval back, so that a reading between two ticks still looks over
/// half to one and a half intervals, and two scrapes in short succession do not make a figure of noise.
package struct CPUWindow: Sendable {
    private struct Point: Sendable {
        let nanoseconds: UInt64
        let cpuSeconds: Double
    }

    private let halfInterval: UInt64
    private var last: Point
    private var previous: Point?

    /// - Parameters:
    ///   - interval: the sampling interval in nanoseconds.
    ///   - start: the first sample; before the first tick the window reaches back to it.
    package init(interval: UInt64, start: ProcessSample) {
        halfInterval = interval / 2
        last = Point(nanoseconds: start.monotonicNanoseconds, cpuSeconds: start.cpuSeconds)
    }

    /// Takes the sample of a tick as a base for later readings.
    package mutating func tick(_ sample: ProcessSample) {
        previous = last
        last = Point(nanoseconds: sample.monotonicNanoseconds, cpuSeconds: sample.cpuSeconds)
    }

    /// Percent of one core: 250 is two and a half cores. Zero before any time has passed.
    package func percent(at sample: ProcessSample) -> Double {
        var base = last
        if sample.monotonicNanoseconds < last.nanoseconds &+ halfInterval, let previous { base = previous }
        guard sample.monotonicNanoseconds > base.nanoseconds else { return 0 }
        let seconds = Double(sample.monotonicNanoseconds - base.nanoseconds) / 1e9
        return max(0, (sample.cpuSeconds - base.cpuSeconds) / seconds * 100)
    }
}

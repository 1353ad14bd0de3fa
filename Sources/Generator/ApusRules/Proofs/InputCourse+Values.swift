import ApusTopology

extension InputCourse {
    /// A value for each step of a timeline.
    func values(on timeline: ProofTimeline) -> [Double?] {
        let steps = 0...timeline.end
        switch self {
        case .level(let quiet, let bad):
            let rest = Self.rest(quiet: quiet, bad: bad)
            return steps.map { index in
                (timeline.isBreached(index) ? bad : index < timeline.breach ? quiet : rest).map(Self.short)
            }
        case .ceasing:
            var total = 1000.0
            return steps.map { index in
                if index <= timeline.breach - timeline.windowSteps || index >= timeline.recovery { total += 1 }
                return total
            }
        case .growth(let quiet, let bad):
            return Self.growth(quiet: quiet, bad: bad, on: timeline)
        case .events(let count):
            return steps.map { Double(1000 + min(max($0 - timeline.breach + count, 0), count)) }
        case .alternating(let count):
            let first = count.map { timeline.breach - $0 + 1 } ?? 1
            let last = count == nil ? timeline.end : timeline.recovery
            return steps.map { (min($0, last) - first).isMultiple(of: 2) && $0 >= first ? 0 : 1 }
        case .slope(let start, let quiet, let bad):
            return Self.slope(from: start, quiet: quiet, bad: bad, on: timeline)
        case .climb(let start, let slope, let before, let begins):
            let climbing = timeline.index(before: before)...timeline.recovery
            return steps.map { index in
                if begins && !climbing.contains(index) { return nil }
                let climbed = min(max(index, climbing.lowerBound), climbing.upperBound) - climbing.lowerBound
                return start + (slope * (timeline.step / .seconds(1)) * Double(climbed)).rounded()
            }
        case .stages(let first, let stages):
            return steps.map { index in
                Self.short(stages.last { timeline.index(before: $0.before) <= index }?.value ?? first)
            }
        }
    }

    /// The first bad step makes up for the whole window before it: the average is beyond the limit at once, for as long as that step
    /// is in the window, and would not be in a longer window.
    private static func growth(quiet: Double, bad: Double, on timeline: ProofTimeline) -> [Double?] {
        let seconds = timeline.step / .seconds(1)
        let window = max(timeline.windowSteps, 1)
        let leap = Double(window) * bad - Double(window - 1) * quiet
        // High enough that no rate takes it for a counter that has just begun.
        var total = (max(quiet, bad) * Double(2 * window) * seconds).rounded(.up)
        return (0...timeline.end).map { index in
            let isFirst = timeline.isBreached(index) && (index - timeline.breach).isMultiple(of: window)
            let rate = isFirst ? leap : quiet
            // In millionths, which print short.
            total = ((total + rate * seconds) * 1e6).rounded() / 1e6
            return total
        }
    }

    /// A leap at the first bad step, of the height that takes the line of least squares through the window to the bad slope.
    private static func slope(from start: Double, quiet: Double, bad: Double, on timeline: ProofTimeline) -> [Double?] {
        let seconds = timeline.step / .seconds(1)
        let count = Double(timeline.windowSteps + 1)
        let leap = (bad - quiet) * seconds * count * (count * count - 1) / (6 * (count - 1))
        return (0...timeline.end).map { index in
            let line = start + quiet * seconds * Double(index)
            return ((timeline.isBreached(index) ? line + leap : line) * 1e6).rounded() / 1e6
        }
    }

    /// Afterwards a gauge is far within its limit, which tells `>` from `!=`; what is 0 or 1 stays so.
    private static func rest(quiet: Double?, bad: Double?) -> Double? {
        guard let quiet, let bad, quiet != 0, bad != 0 else { return quiet }
        return quiet - (bad - quiet) * 50
    }

    /// Without the noise of binary fractions.
    private static func short(_ value: Double) -> Double {
        abs(value) < 1e6 ? (value * 1e9).rounded() / 1e9 : value
    }
}

import ApusPromQL
import ApusText

/// The steps of an alert's test: first everything is just within its limits, then just beyond them for longer than `for`, then
/// within again. Step 0 is the start.
struct ProofTimeline {
    let step: Duration
    /// Whole steps within the longest window of the condition; 0 without one.
    let windowSteps: Int
    /// Evaluations from the first bad one to the one at which the alert fires.
    let holdSteps: Int
    /// Evaluations for which the alert fires on after its condition has ceased.
    let keepSteps: Int

    init(_ condition: PromQLExpression, hold: Duration, keepFiring: Duration?, step: Duration) {
        self.step = step
        windowSteps = Self.whole(condition.longestWindow, step)
        holdSteps = Int((hold / step).rounded(.up))
        keepSteps = Int(((keepFiring ?? .zero) / step).rounded(.up))
    }

    /// The first step beyond the limits: by then a rate has a whole window behind it, and an alert whose threshold is too low
    /// would have fired.
    var breach: Int { max(windowSteps, holdSteps) + 2 }
    /// The first step within the limits again.
    var recovery: Int { breach + holdSteps + 2 }
    /// By then no window reaches back to the breach, nor would one twice as long, and nothing is kept firing.
    var end: Int { recovery + 2 * windowSteps + keepSteps + 1 }

    var firing: Int { breach + holdSteps }

    /// The step so long before the first bad one, of which a window of that length that ends there has nothing older.
    func index(before duration: Duration) -> Int { breach - Self.whole(duration, step) }

    /// The whole steps of a duration; a quotient of durations may be less than it is by its last binary digit.
    private static func whole(_ duration: Duration, _ step: Duration) -> Int { Int(duration / step + 1e-9) }

    func isBreached(_ index: Int) -> Bool { (breach..<recovery).contains(index) }

    func time(of index: Int) -> String { DurationText.string(step * index) }
}

extension PromQLExpression {
    /// The longest time that one of its functions looks back, offsets included; zero when all look at the newest sample.
    var longestWindow: Duration {
        let own: Duration =
            switch form {
            case .range(let selector, .milliseconds(let window)):
                .milliseconds(window) + (selector.modifiers.offset?.length ?? .zero)
            case .selector(let selector): selector.modifiers.offset?.length ?? .zero
            case .subquery(_, .milliseconds(let window), _, _): .milliseconds(window)
            default: .zero
            }
        return form.parts.map(\.longestWindow).reduce(own, max)
    }
}

extension PromQLDuration {
    fileprivate var length: Duration {
        if case .milliseconds(let milliseconds) = self { .milliseconds(milliseconds) } else { .zero }
    }
}

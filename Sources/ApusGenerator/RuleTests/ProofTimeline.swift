import ApusPromQL
import ApusTopology

/// The steps of a rule test: first everything is just within its limits, then just beyond them for longer than `for`, then well
/// within again. Step 0 is the start.
struct ProofTimeline {
    let step: Duration
    /// Whole steps within the rules' window of rates.
    let windowSteps: Int
    /// Evaluations from the first bad one to the one at which an alert fires.
    let holdSteps: Int

    init(fleet: Fleet) {
        step = fleet.scraping.evaluationInterval
        windowSteps = Int(fleet.alertWindow / step)
        holdSteps = Int((fleet.alerting.hold / step).rounded(.up))
    }

    /// The first step beyond the limits: by then a rate has a whole window behind it, and an alert whose threshold is too low
    /// would have fired.
    var breach: Int { max(windowSteps, holdSteps) + 2 }
    /// The first step within the limits again.
    var recovery: Int { breach + holdSteps + 2 }
    /// By then no window reaches back to the breach.
    var end: Int { recovery + windowSteps + 1 }

    var lastQuiet: Int { breach - 1 }
    var lastPending: Int { breach + holdSteps - 1 }
    var firing: Int { breach + holdSteps }
    var resolved: Int { end }

    func isBreached(_ index: Int) -> Bool { (breach..<recovery).contains(index) }

    func time(of index: Int) -> String { DurationText.string(step * index) }
}

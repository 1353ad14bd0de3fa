import NIOCore

/// A probe under its schedule. Belongs to the event loop of probes.
final class ScheduledProbe {
    /// An attempt of a probe, from its turn until what it holds is let go of.
    final class Attempt {
        /// No other attempt has the same.
        let number: Int
        /// When it began; `nil` while it waits for a place.
        var begunAt: NIODeadline?
        /// Whether its outcome is known.
        var isSettled = false
        /// What it says of how far it came, where it was cancelled and ended at once.
        var lastWords: String?
        /// Whether it has not ended in time after its cancel.
        var isLeftBehind = false
        /// Ends it at its deadline, and leaves it behind some time after.
        var timer: Scheduled<Void>?

        init(_ number: Int) { self.number = number }
    }

    let declaration: ProbeDeclaration
    let asking: any ProbeAsking
    var schedule: ProbeSchedule
    var attempt: Attempt?
    /// Whether the last attempt was not answered in time.
    var wasLate = false
    /// The next turn.
    var turn: Scheduled<Void>?

    init(_ declaration: ProbeDeclaration, _ asking: any ProbeAsking, _ schedule: ProbeSchedule) {
        self.declaration = declaration
        self.asking = asking
        self.schedule = schedule
    }
}

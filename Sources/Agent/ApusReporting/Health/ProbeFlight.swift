import CLinux
import Synchronization

/// What has become of a probe that was posted to an executor.
package enum ProbeOutcome: Equatable, Sendable {
    case waiting
    /// The probe ran at a time of CLOCK_MONOTONIC, in nanoseconds.
    case ran(at: UInt64)
    /// The executor threw the probe away without running it, as an event loop does that has shut down.
    case dropped
}

/// One probe on its way through an executor: written to by the executor's thread, read by the reporter's.
package final class ProbeFlight: Sendable {
    private static let waiting: UInt64 = 0
    private static let dropped: UInt64 = 1

    private let state = Atomic<UInt64>(waiting)

    package init() {}

    package var outcome: ProbeOutcome {
        switch state.load(ordering: .acquiring) {
        case Self.waiting: .waiting
        case Self.dropped: .dropped
        case let time: .ran(at: time)
        }
    }

    /// The one reference that travels with the probe: when it goes without having landed, the executor threw the probe away.
    package final class Ticket: Sendable {
        private let flight: ProbeFlight

        package init(_ flight: ProbeFlight) { self.flight = flight }

        /// The probe runs. Only the first time counts, should an executor run it twice.
        package func land() { settle(apus_monotonic_nanoseconds()) }

        deinit { settle(ProbeFlight.dropped) }

        private func settle(_ outcome: UInt64) {
            _ = flight.state.compareExchange(
                expected: ProbeFlight.waiting, desired: outcome, successOrdering: .releasing, failureOrdering: .relaxed)
        }
    }
}

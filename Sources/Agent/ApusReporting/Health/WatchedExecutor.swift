import ApusSegment
import CLinux
import Synchronization

/// An executor with its probe, and the two series that say how it does.
final class WatchedExecutor: Sendable {
    typealias Post = @Sendable (@escaping @Sendable () -> Void) -> Void

    let name: String
    private let post: Post
    private let lag: SeriesCells
    private let longestLag: SeriesCells
    private let state = Mutex(State())

    private struct State {
        var meter = LagMeter()
        var flight: ProbeFlight?
        var isRetired = false
    }

    init(name: String, post: @escaping Post, lag: SeriesCells, longestLag: SeriesCells) {
        self.name = name
        self.post = post
        self.lag = lag
        self.longestLag = longestLag
    }

    /// Writes down how the last probe fares, and posts the next one when it is done.
    func turn(pause: UInt64) {
        let ticket = state.withLock { state -> ProbeFlight.Ticket? in
            guard !state.isRetired else { return nil }
            let isDue = state.meter.turn(
                at: apus_monotonic_nanoseconds(), outcome: state.flight?.outcome ?? .dropped, pause: pause)
            lag.set(Double(state.meter.lag) / 1e9)
            longestLag.set(Double(state.meter.longest) / 1e9)
            guard isDue else { return nil }
            let flight = ProbeFlight()
            state.flight = flight
            return ProbeFlight.Ticket(flight)
        }
        // Outside the lock: the executor may run the probe at once, and its owner may ask for another watch.
        if let ticket { post { ticket.land() } }
    }

    /// Ends the watch: no probe is posted any more, and nothing lags.
    func retire() {
        state.withLock { state in
            state.isRetired = true
            lag.set(0)
            longestLag.set(0)
        }
    }
}

import AgentMetrics
import ApusMetrics
import NIOCore

/// One page with all that is known of it between fetches. Belongs to the event loop of the fetches.
final class ScrapedPage {
    /// A fetch that is under way.
    final class Flight {
        /// CLOCK_MONOTONIC in nanoseconds.
        let startedAt: UInt64
        /// Who waits for it.
        var rounds: [ScrapeRound] = []
        var deadline: Scheduled<Void>?
        /// Bytes of the page that are in memory.
        var held = 0
        /// Since when it has a connection: CLOCK_MONOTONIC in nanoseconds.
        var connectedAt: UInt64 = 0
        /// Whether it is connecting.
        var isConnecting = false
        /// Whether it waits for a connection that another page has.
        var isQueued = false
        /// Whether the answer is there, and is being read on another thread.
        var isBeingRead = false

        init(startedAt: UInt64) { self.startedAt = startedAt }
    }

    let target: ScrapeTarget
    var stand = ScrapeStand()
    /// The connection that is kept between fetches; `nil` without one.
    var connection: PageHandler?
    /// When the last fetch ended: CLOCK_MONOTONIC in nanoseconds.
    var usedAt: UInt64 = 0
    var flight: Flight?
    /// The longest that reading it took, which falls slowly: seconds of a processor.
    var readSeconds = 0.0
    /// What the log says of it: `nil` while it is up.
    var told: ScrapeFailure?
    /// The first series that the log says is left out of it.
    var toldLeftOut: LeftOut.Series?
    /// The families that the log says the names in the file take too long for.
    var toldUnnamed: [String] = []

    var identity: InstanceIdentity { target.identity }
    var hasConnection: Bool { (connection?.isOpen ?? false) || (flight?.isConnecting ?? false) }

    init(_ target: ScrapeTarget) { self.target = target }

    /// Lets go of the connection, with what was asked on it.
    func close() {
        connection?.close()
        connection = nil
    }

    /// Gives up the fetch that is under way, for nobody's page.
    func cancel() {
        let flight = flight
        self.flight = nil
        flight?.deadline?.cancel()
        for round in flight?.rounds ?? [] { round.settle(identity) }
    }
}

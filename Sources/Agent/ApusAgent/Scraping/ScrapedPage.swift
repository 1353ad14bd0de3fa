import AgentMetrics
import ApusMetrics
import NIOCore

/// One page with all that is known of it between fetches. Belongs to the event loop of the fetches.
final class ScrapedPage {
    /// A fetch that is under way.
    final class Flight {
        /// CLOCK_MONOTONIC in nanoseconds.
        let startedAt: UInt64
        /// When the page is late: CLOCK_MONOTONIC in nanoseconds.
        let lateAt: UInt64
        /// Who waits for it.
        var rounds: [ScrapeRound] = []
        var deadline: Scheduled<Void>?
        /// Bytes of the page that are in memory.
        var held = 0
        /// Since when it has a connection: CLOCK_MONOTONIC in nanoseconds; `nil` while it waits for one that another page has.
        var connectedAt: UInt64?
        /// What is connecting; `nil` before and after.
        var connecting: (any Channel)?
        /// Whether the answer is there, and is being read on another thread.
        var isBeingRead = false

        init(startedAt: UInt64, timeout: Duration) {
            self.startedAt = startedAt
            lateAt = startedAt &+ UInt64(max(0, timeout / .nanoseconds(1)))
        }

        /// When the page must be there, for its own timeout or for who waits for it: CLOCK_MONOTONIC in nanoseconds.
        func neededBy(after now: UInt64) -> UInt64 {
            // A scrape that has given up waits for nothing.
            min(lateAt, rounds.map(\.endsAt).filter { $0 > now }.min() ?? lateAt)
        }

        /// Lets go of what keeps it going: its timer, and its place among the connections.
        func end() {
            deadline?.cancel()
            // It would be under way beside others for as long as a page may take.
            connecting?.close(promise: nil)
            connecting = nil
        }
    }

    let target: ScrapeTarget
    var stand = ScrapeStand()
    /// The connection that is kept between fetches; `nil` without one.
    var connection: PageHandler?
    /// When the last fetch ended: CLOCK_MONOTONIC in nanoseconds.
    var usedAt: UInt64 = 0
    var flight: Flight?
    /// The time from the connection to the whole answer, when there was one last: nanoseconds.
    var usualWait: UInt64 = 0
    /// The longest that reading it took, which falls slowly: seconds of a processor.
    var readSeconds = 0.0
    /// What the log says of it: `nil` while it is up.
    var told: ScrapeFailure?
    /// What the log says is left out of it.
    var toldLeftOut = ToldLeftOut()
    /// The families that the log says the names in the file take too long for.
    var toldUnnamed: [String] = []

    var identity: InstanceIdentity { target.identity }
    var hasConnection: Bool { (connection?.isOpen ?? false) || flight?.connecting != nil }

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
        flight?.end()
        for round in flight?.rounds ?? [] { round.settle(identity) }
    }
}

/// Which series the log says are left out of a page, so that it says each once.
struct ToldLeftOut {
    private struct Key: Hashable {
        let series: String
        let reason: LeftOutReason
    }

    private var series: Set<Key> = []
    private var reasons: Set<LeftOutReason> = []

    /// The maximum number of series that are remembered.
    private static let most = 100

    /// Takes note of what is left out of a page now.
    ///
    /// - Returns: the first series that has not been told, whatever its line is; where none of those that are told one by one is new, but
    ///   a reason is, the first of all; `nil` when nothing is new.
    mutating func news(in leftOut: LeftOut) -> LeftOut.Series? {
        let new = leftOut.first.first { !series.contains(Key(series: $0.series, reason: $0.reason)) }
        let isNew = new != nil || !reasons.isSuperset(of: leftOut.counts.keys)
        if series.count > Self.most { series = [] }
        series.formUnion(leftOut.first.map { Key(series: $0.series, reason: $0.reason) })
        reasons.formUnion(leftOut.counts.keys)
        return isNew ? new ?? leftOut.first.first : nil
    }
}

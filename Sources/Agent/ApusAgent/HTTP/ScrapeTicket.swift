/// The right to one of the scrapes that may be under way at a time; given back when it is let go.
final class ScrapeTicket: Sendable {
    private let work: AgentWork

    /// - Returns: `nil` when as many scrapes as are allowed are under way.
    init?(_ work: AgentWork) {
        guard work.beginScrape() else { return nil }
        self.work = work
    }

    deinit { work.endScrape() }
}

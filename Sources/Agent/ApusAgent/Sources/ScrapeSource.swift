import AgentMetrics
import ApusLinux
import ApusMetrics

/// How the page of an instance answers, where the configuration file names one.
struct ScrapeSource: Source {
    static let name = "scrape"
    static let cadence = Cadence.look

    // `nil` of a page that is not in the file any more.
    static let rows: [Row<ScrapeOutcome?>] = [
        Row(ServiceScrape.up) { outcome in outcome?.isUp.map { $0 ? 1 : 0 } },
        Row(ServiceScrape.duration) { $0?.duration },
        Row(ServiceScrape.samples) { outcome in outcome?.samples.map { Double($0) } },
        Row.each(ServiceScrape.leftOut) { outcome -> [(labels: LeftOutLabels, value: Double)] in
            guard let outcome else { return [] }
            return LeftOutReason.allCases.map { (LeftOutLabels(reason: $0), Double(outcome.leftOut[$0] ?? 0)) }
        },
        Row.each(ServiceScrape.failures) { outcome -> [(labels: ScrapeFailureLabels, value: Double)] in
            guard let outcome else { return [] }
            return ScrapeFailure.allCases.map { (ScrapeFailureLabels(reason: $0), Double(outcome.failures[$0] ?? 0)) }
        },
    ]

    private let book: ScrapeBook
    private let identity: InstanceIdentity

    init?(_ subject: InstanceSubject) {
        guard subject.scrapes.outcome(of: subject.identity) != nil else { return nil }
        book = subject.scrapes
        identity = subject.identity
    }

    func read(at now: Moment) throws(LinuxError) -> ScrapeOutcome? { book.outcome(of: identity) }
}

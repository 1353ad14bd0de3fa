package import AgentMetrics
import ApusLimits
import ApusMetrics
package import Logging

/// Where fetched pages go: into the table of instances, as reports over HTTP do, into the book of outcomes and into the log.
package struct ScrapeLedger: Sendable {
    /// What became of a fetch.
    package enum Outcome: Sendable {
        case served
        case failed(ScrapeFault)
        /// A reload has taken the page out of the file meanwhile: nobody is told of it.
        case unwatched
    }

    /// A page that was read.
    package struct Page: Sendable {
        let report: ReceivedReport
        /// Samples on the page itself.
        let samples: Int
        /// Families for which the names in the file took too long.
        let unnamed: [String]
    }

    let table: InstanceTable
    let names: NameBook
    let seriesLimit: Int
    let logger: Logger
    private let lines = LogThrottle<InstanceIdentity>()
    /// What is left out of pages is told beside whether they are there, and not in its place.
    private let leftOutLines = LogThrottle<InstanceIdentity>()

    package init(table: InstanceTable, names: NameBook, seriesLimit: Int, logger: Logger) {
        self.table = table
        self.names = names
        self.seriesLimit = seriesLimit
        self.logger = logger
    }

    /// Reads a page, which takes its time.
    package func report(_ answer: PageAnswer, of identity: InstanceIdentity) -> Result<Page, ScrapeFault> {
        Result { () throws(ScrapeFault) in
            let report = try answer.report(limits: .ofInstance(series: seriesLimit)).declared()
            let (named, unnamed) = names.naming(report, of: identity)
            return Page(report: named, samples: report.sampleCount, unnamed: unnamed)
        }
    }

    /// Takes in a page, or that there is none.
    package func take(
        _ result: Result<Page, ScrapeFault>, of identity: InstanceIdentity, seconds: Double, at now: Moment
    ) -> Outcome {
        let fault = take(result, of: identity, at: now)
        table.scrapes.note(identity) { outcome in
            outcome.isUp = fault == nil
            outcome.duration = seconds
            outcome.samples = fault == nil ? (try? result.get().samples) : nil
            if fault == nil, let leftOut = try? result.get().report.leftOut.counts {
                for (reason, count) in leftOut { outcome.leftOut[reason, default: 0] += UInt64(count) }
            }
            if let fault { outcome.failures[fault.failure, default: 0] += 1 }
        }
        guard let fault else { return .served }
        return table.isScraped(identity) ? .failed(fault) : .unwatched
    }

    private func take(_ result: Result<Page, ScrapeFault>, of identity: InstanceIdentity, at now: Moment) -> ScrapeFault? {
        switch result {
        case .failure(let fault):
            table.endScraped(identity, at: now)
            return fault
        case .success(let page):
            do throws(Refusal) { try table.receive(scraped: page.report, of: identity, at: now) } catch {
                return ScrapeFault(.name, error.message)
            }
            return nil
        }
    }

    /// Says in the log why a page is not served, or that it is again.
    func tell(_ fault: ScrapeFault?, of target: ScrapeTarget) {
        guard let omitted = lines.admit(target.identity) else { return }
        var facts: Logger.Metadata = [
            "instance": "\(target.identity)", "url": "\(target.address)", "omitted": "\(omitted)",
        ]
        guard let fault else { return logger.notice("a page of metrics is scraped again", metadata: facts) }
        facts["failure"] = "\(fault.failure.rawValue)"
        facts["reason"] = "\(fault.reason)"
        logger.warning("a page of metrics cannot be scraped; its instance is served as down", metadata: facts)
    }

    /// Says in the log that the names in the file take too long on a page.
    func tell(unnamed: [String], of target: ScrapeTarget) {
        guard !unnamed.isEmpty, let omitted = leftOutLines.admit(target.identity) else { return }
        logger.warning(
            "the names in the file take too long on a page of metrics",
            metadata: [
                "instance": "\(target.identity)", "url": "\(target.address)", "reason": "\(NameBook.words(unnamed: unnamed))",
                "omitted": "\(omitted)",
            ])
    }

    /// Says in the log that a series of a page is left out, and how many there are by reason.
    func tell(_ series: LeftOut.Series, of leftOut: LeftOut, of target: ScrapeTarget) {
        guard let omitted = leftOutLines.admit(target.identity) else { return }
        let counts = leftOut.counts.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
        logger.warning(
            "series of a page of metrics are left out; the others are served",
            metadata: [
                "instance": "\(target.identity)", "url": "\(target.address)", "series": "\(series.series)",
                "line": "\(series.line)", "failure": "\(series.reason.rawValue)", "reason": "\(series.words)",
                "count": "\(leftOut.count)", "counts": "\(counts)", "omitted": "\(omitted)",
            ])
    }
}

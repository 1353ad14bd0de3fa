import ApusLimits
import AgentMetrics
import ApusMetrics
import Synchronization

/// What an instance has sent of itself over HTTP, as it sent it last.
final class ReceivedMetrics: InstanceReport {
    let owner: UInt32
    let order = ReportOrder.next()
    /// The labels that all series have, rendered.
    let target: [UInt8]
    /// Series past this number are not served.
    private let limit: Int
    /// When the first report came, in seconds since the Unix epoch.
    let began: Double
    private let account: SeriesBudget.Account
    /// Series that the last exposition had no room for.
    private let clippedSamples = Atomic<Int>(0)
    private let state: Mutex<State>

    private struct State {
        var families: [ReceivedFamily] = []
        var places: [String: Int] = [:]
        var seriesCount = 0
        /// Series that are not kept, by the limit that they are over.
        var unkept: [ClipReason: Int] = [:]
        var reports: UInt64 = 0
        /// When the last report came: CLOCK_MONOTONIC in nanoseconds.
        var at: UInt64 = 0
    }

    init(
        _ report: ReceivedReport, identity: InstanceIdentity, owner: UInt32, limit: Int, budget: SeriesBudget, at now: Moment
    ) {
        self.owner = owner
        self.limit = limit
        began = now.realtime
        target = LabelBytes.render(identity.labels)
        account = budget.account(of: owner)
        state = Mutex(State())
        replace(with: report, at: now)
    }

    /// Takes a report in place of the one before: as many of its families, in their order, as there is room for.
    func replace(with report: ReceivedReport, at now: Moment) {
        state.withLock { state in
            account.empty()
            var next = State(reports: state.reports + 1, at: now.monotonic)
            for family in report.families {
                let count = family.series.count
                if next.seriesCount + count > limit {
                    next.unkept[.limit, default: 0] += count
                } else if !account.take(family.byteCount) {
                    next.unkept[.memory, default: 0] += count
                } else {
                    next.places[family.name] = next.families.count
                    next.families.append(family)
                    next.seriesCount += count
                }
            }
            state = next
        }
    }

    /// Whether nothing has come for so long that it lives no more.
    func isStale(at now: Moment) -> Bool { now.seconds(since: state.withLock { $0.at }) > Self.longestSilence }

    private static let longestSilence = HTTPReportLimits.age.value / .seconds(1)

    /// How many reports have come, and the seconds since the last one.
    func reports(at now: Moment) -> (count: UInt64, age: Double) {
        let (count, at) = state.withLock { ($0.reports, $0.at) }
        return (count, now.seconds(since: at))
    }

    var memory: Int { account.taken }
    var seriesCount: Int { state.withLock { $0.seriesCount } }

    func reported(alive: Bool) -> [ReportedFamily] {
        state.withLock { $0.families }.compactMap { family in
            guard !family.series.isEmpty, alive || family.kind.counts else { return nil }
            return ReportedFamily(series: .received(family, self))
        }
    }

    func noteClipped(_ series: Int) { clippedSamples.store(series, ordering: .relaxed) }

    func clips() -> [ClipReason: Int] {
        var clips = state.withLock { $0.unkept }
        let samples = clippedSamples.load(ordering: .relaxed)
        if samples > 0 { clips[.samples] = samples }
        return clips
    }

    func limit(of reason: ClipReason, samples: Int) -> (reached: String, remedy: String)? {
        switch reason {
        // A report with such labels is refused.
        case .labels: nil
        case .samples: ReportedLimit.samples(samples)
        case .memory: account.refusal.map { ($0.reached, $0.remedy) }
        case .limit: ReportedLimit.series(limit)
        }
    }

    func untoldClip() -> (family: String, reason: String)? { nil }

    func values(of name: String) -> [(labels: [UInt8], value: Double)] {
        family(name).map { $0.series.compactMap { one in one.value.asDouble.map { (one.labels, $0) } } } ?? []
    }

    func counterTotals() -> [String: Double] {
        let counters = state.withLock { $0.families }.filter { $0.kind == .counter }
        return Dictionary(
            counters.map { ($0.name, $0.series.reduce(0) { $0 + ($1.value.asDouble ?? 0) }) }, uniquingKeysWith: +)
    }

    private func family(_ name: String) -> ReceivedFamily? {
        state.withLock { state in state.places[name].map { state.families[$0] } }
    }
}

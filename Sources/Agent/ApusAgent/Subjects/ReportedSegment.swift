import AgentMetrics
import ApusMetrics
import ApusSegment
import Synchronization

/// A service's segment, with what its series have in common rendered once.
///
/// It outlives its ``KnownInstance``'s interest in it as long as an exposition is under way that was planned with it.
final class ReportedSegment: Sendable {
    /// The labels that all series have.
    private let target: [(String, String)]
    /// Series past this number are not served.
    let limit: Int
    /// The user that the memory belongs to.
    let owner: UInt32
    /// Series that the last exposition had no room for.
    let clippedSamples = Atomic<Int>(0)
    /// Reports are dated by it: of two that dispute a name, the earlier one has it.
    let order = ReportedSegment.orders.add(1, ordering: .relaxed).newValue
    private static let orders = Atomic<Int>(0)
    private let account: SeriesBudget.Account
    private let state: Mutex<State>

    private struct State {
        let reader: SegmentReader
        var families: [SeriesTable] = []
        var places: [String: Int] = [:]
        /// What is wrong with it; nothing more is taken in then.
        var fault: SegmentError?
        var isFaultTold = false
        var signs = SignsOfLife()
        /// Whether the last refresh ended for want of memory.
        var isOverBudget = false
        var isClipTold = false
    }

    init(reader: sending SegmentReader, identity: InstanceIdentity, limit: Int, budget: SeriesBudget) {
        target = identity.labels
        self.limit = limit
        owner = reader.owner
        account = budget.account(of: reader.owner)
        state = Mutex(State(reader: reader))
    }

    /// Looks at the heartbeat.
    ///
    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds.
    func signOfLife(at now: UInt64) -> SignsOfLife.Judgement {
        state.withLock { $0.signs.see($0.reader.heartbeat, at: now) }
    }

    /// Hands the file's descriptor, which stays open meanwhile, to somebody who makes a copy of it.
    func withDescriptor<Result: Sendable>(_ body: @Sendable (Int32) -> Result) -> Result {
        state.withLock { state in state.reader.withDescriptor { body($0) } }
    }

    var droppedSeries: UInt64 { state.withLock { $0.reader.droppedSeries } }
    var unreadSeries: Int { state.withLock { $0.reader.unread } }
    /// Whether there is more to take in at once.
    var hasMore: Bool { state.withLock { $0.fault == nil && $0.reader.hasMore } }

    /// Series that are not served, by the limit that they are over.
    func clips() -> [ClipReason: Int] {
        state.withLock { state in
            let isWaiting = state.fault != nil || state.reader.hasMore
            let unread = isWaiting ? 0 : state.reader.unread
            return [
                .labels: state.reader.clippedCount, .memory: state.isOverBudget ? unread : 0,
                .limit: state.isOverBudget ? 0 : unread, .samples: clippedSamples.load(ordering: .relaxed),
            ]
        }
    }

    /// The limit that series are over, with its value and what it is of, and what to do about it; nil for labels, which are told with
    /// their family.
    ///
    /// - Parameter samples: the limit of one exposition.
    func limit(of reason: ClipReason, samples: Int) -> (reached: String, remedy: String)? {
        switch reason {
        case .labels: nil
        case .samples:
            ("\(samples) samples of one exposition", "bound their labels, or raise --sample-limit and sample_limit")
        case .memory: account.refusal.map { ($0.reached, $0.remedy) }
        case .limit:
            state.withLock { $0.reader.bound } == .families
                ? ("\(SegmentLayout.mostFamilies) families of one instance", "put what varies into labels, not into names")
                : ("\(limit) series of one instance", "bound the label with many values, or raise --series-limit")
        }
    }

    /// Whether nothing wrong has been found in it.
    var isSound: Bool { state.withLock { $0.fault == nil } }
    /// Bytes of the budget for series.
    var memory: Int { account.taken }
    var seriesCount: Int { state.withLock { $0.reader.seriesCount } }

    /// The families to be served, with the series that they have now.
    ///
    /// - Parameter alive: whether the process lives. Of one that has ended what counts stays, while gauges hold no longer.
    func reported(alive: Bool) -> [ReportedFamily] {
        state.withLock { state in
            state.families.enumerated().compactMap { place, table in
                guard table.count > 0, alive || table.family.kind.counts else { return nil }
                return ReportedFamily(family: table.family, seriesCount: table.count, segment: self, place: place)
            }
        }
    }

    /// Takes in what the service has registered since, so much of it as one turn may take; after a fault nothing more, but what was
    /// good is served on.
    func refresh() {
        state.withLock { state in
            guard state.fault == nil else { return }
            do throws(SegmentError) {
                state.isOverBudget = false
                var isRefused = false
                defer { state.isOverBudget = isRefused }
                try state.reader.refresh(
                    limit: limit, uncountedFamily: ServiceState.droppedFamilySeries.name, slice: SegmentLayout.entriesOfSlice,
                    mayTake: { bytes in
                        isRefused = !account.take(bytes)
                        return !isRefused
                    }
                ) { place, series in
                    while state.families.count <= place {
                        let family = state.reader.families[state.families.count]
                        state.places[family.name] = state.families.count
                        state.families.append(SeriesTable(family: family, target: target))
                    }
                    state.families[place].append(series)
                }
            } catch { state.fault = error }
        }
    }

    /// What keeps series from being served: a fault and the first series over a limit of labels, each once.
    func troubles() -> (untoldFault: SegmentError?, untoldClip: (family: String, reason: String)?) {
        state.withLock { state in
            defer {
                if state.fault != nil { state.isFaultTold = true }
                if state.reader.firstClip != nil { state.isClipTold = true }
            }
            return (state.isFaultTold ? nil : state.fault, state.isClipTold ? nil : state.reader.firstClip)
        }
    }

    /// Writes series of a family, some thousands of lines at most; returns the first that was not written.
    func write(
        _ place: Int, _ series: Range<Int>, values: inout [UInt64], to encoder: inout ExpositionEncoder
    ) -> Int {
        state.withLock { state in
            state.families[place].write(series, from: state.reader, values: &values, to: &encoder)
        }
    }

    /// The value of a gauge without labels.
    func gauge(_ name: String) -> Double? {
        values(of: name).first { $0.labels.isEmpty }?.value
    }

    /// Values of all series of a counter or gauge, with the labels that the service gave them.
    func values(of name: String) -> [(labels: [UInt8], value: Double)] {
        state.withLock { state in
            guard let place = state.places[name] else { return [] }
            return state.families[place].numbers(from: state.reader)
        }
    }

    /// The sum over all series of each counter, by its name.
    func counterTotals() -> [String: Double] {
        state.withLock { state in
            let counters = state.families.filter { $0.family.kind == .counter }
            return Dictionary(
                counters.map { table in (table.family.name, table.numbers(from: state.reader).reduce(0) { $0 + $1.value }) },
                uniquingKeysWith: +)
        }
    }
}

/// The series that one instance had of a family when an exposition was planned.
struct ReportedFamily: Sendable {
    let family: MetricFamily
    let seriesCount: Int
    let segment: ReportedSegment
    /// Which of the segment's families.
    let place: Int

    /// Writes series from `first` on, some thousands of lines at most.
    ///
    /// - Parameters:
    ///   - end: the first series that is left out.
    ///   - values: memory that is used over and over.
    /// - Returns: the first series that was not written.
    func write(from first: Int, before end: Int, values: inout [UInt64], to encoder: inout ExpositionEncoder) -> Int {
        segment.write(place, first..<max(first, min(end, seriesCount)), values: &values, to: &encoder)
    }
}

extension MetricKind {
    /// Whether values only rise, so that the last ones of a process that has ended stay true.
    fileprivate var counts: Bool {
        switch self {
        case .counter, .histogram, .nativeHistogram, .summary: true
        case .gauge, .info, .stateSet: false
        }
    }
}

import AgentMetrics
import ApusMetrics
import ApusSegment
import NIOCore
import Synchronization

/// A service's segment, with what its series have in common rendered once.
final class ReportedSegment: InstanceReport {
    /// The labels that all series have.
    private let target: [(String, String)]
    /// Series past this number are not served.
    let limit: Int
    let owner: UInt32
    let order = ReportOrder.next()
    /// Series that the last exposition had no room for.
    private let clippedSamples = Atomic<Int>(0)
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
        /// What the last look at the heartbeat said, and its moment: the sources of one reading have the same one.
        var sign: (judgement: SignsOfLife.Judgement, at: UInt64)?
        /// Series that the service had dropped at the last refresh.
        var dropped: UInt64 = 0
        /// Whether the last refresh ended for want of memory.
        var isOverBudget = false
        var isClipTold = false

        init(reader: SegmentReader) { self.reader = reader }

        mutating func see(_ heartbeat: UInt64, at now: UInt64) -> SignsOfLife.Judgement {
            let judgement = signs.see(heartbeat, at: now)
            sign = (judgement, now)
            return judgement
        }
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
        state.withLock { state in
            if let sign = state.sign, sign.at == now { return sign.judgement }
            return state.see(state.reader.header().heartbeat, at: now)
        }
    }

    /// Hands the file's descriptor, which stays open meanwhile, to somebody who makes a copy of it.
    func withDescriptor<Result: Sendable>(_ body: @Sendable (Int32) -> Result) -> Result {
        state.withLock { state in state.reader.withDescriptor { body($0) } }
    }

    /// How many requests for series the service had dropped at the last refresh.
    var droppedSeries: UInt64 { state.withLock { $0.dropped } }
    var unreadSeries: Int { state.withLock { $0.reader.unread } }
    /// Whether there is more to take in at once.
    var hasMore: Bool { state.withLock { $0.fault == nil && $0.reader.hasMore } }

    func noteClipped(_ series: Int) { clippedSamples.store(series, ordering: .relaxed) }

    func clips() -> [ClipReason: Int] {
        state.withLock { state in
            let isWaiting = state.fault != nil || state.reader.hasMore
            let unread = isWaiting ? 0 : state.reader.unread
            let samples = clippedSamples.load(ordering: .relaxed)
            // Most have none, and what is empty takes no memory.
            guard state.reader.clippedCount > 0 || unread > 0 || samples > 0 else { return [:] }
            return [
                .labels: state.reader.clippedCount, .memory: state.isOverBudget ? unread : 0,
                .limit: state.isOverBudget ? 0 : unread, .samples: samples,
            ]
        }
    }

    func limit(of reason: ClipReason, samples: Int) -> (reached: String, remedy: String)? {
        switch reason {
        case .labels: nil
        case .samples:
            ReportedLimit.samples(samples)
        case .memory: account.refusal.map { ($0.reached, $0.remedy) }
        case .limit:
            state.withLock { $0.reader.bound } == .families
                ? ("\(SegmentLayout.mostFamilies) families of one instance", "put what varies into labels, not into names")
                : ReportedLimit.series(limit)
        }
    }

    /// Whether nothing wrong has been found in it.
    var isSound: Bool { state.withLock { $0.fault == nil } }
    var memory: Int { account.taken }
    var seriesCount: Int { state.withLock { $0.reader.seriesCount } }

    func reported(alive: Bool) -> [ReportedFamily] {
        state.withLock { state in
            state.families.enumerated().compactMap { place, table in
                guard table.count > 0, alive || ServedKind(table.family.kind).counts else { return nil }
                return ReportedFamily(series: .segment(self, table.family, place: place, count: table.count))
            }
        }
    }

    /// Takes in what the service has registered since, so much of it as one turn may take; after a fault nothing more, but what was
    /// good is served on.
    func refresh() { state.withLock { Self.refresh(&$0, limit: limit, account: account, target: target) } }

    /// Takes in what the service has registered since, as ``refresh()`` does, and says how long ago it gave a sign of life.
    ///
    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds.
    func refreshedSignOfLife(at now: UInt64) -> SignsOfLife.Judgement {
        state.withLock { state in
            let header = Self.refresh(&state, limit: limit, account: account, target: target)
            return state.see(header.heartbeat, at: now)
        }
    }

    /// - Returns: the header as it was looked at.
    @discardableResult
    private static func refresh(
        _ state: inout State, limit: Int, account: SeriesBudget.Account, target: [(String, String)]
    ) -> SegmentHeader {
        let header = state.reader.header()
        state.dropped = header.dropped
        guard state.fault == nil else { return header }
        do throws(SegmentError) {
            state.isOverBudget = false
            var isRefused = false
            defer { state.isOverBudget = isRefused }
            try state.reader.refresh(
                header, limit: limit, uncountedFamily: ServiceState.droppedFamilySeries.name,
                slice: SegmentLayout.entriesOfSlice,
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
        return header
    }

    /// What is wrong with it, once.
    func untoldFault() -> SegmentError? {
        state.withLock { state in
            defer { if state.fault != nil { state.isFaultTold = true } }
            return state.isFaultTold ? nil : state.fault
        }
    }

    func untoldClip() -> (family: String, reason: String)? {
        state.withLock { state in
            defer { if state.reader.firstClip != nil { state.isClipTold = true } }
            return state.isClipTold ? nil : state.reader.firstClip
        }
    }

    /// Writes series of a family, some thousands of lines at most; returns the first that was not written.
    func write(
        _ place: Int, _ series: Range<Int>, readings: inout SeriesTable.Readings, to encoder: inout ExpositionEncoder,
        _ piece: inout ByteBuffer
    ) -> Int {
        state.withLock { state in
            state.families[place].write(series, from: state.reader, readings: &readings, to: &encoder, &piece)
        }
    }

    func values(of name: String) -> [(labels: [UInt8], value: Double)] {
        state.withLock { state in
            guard let place = state.places[name] else { return [] }
            return state.families[place].numbers(from: state.reader)
        }
    }

    func counterTotals() -> [String: Double] {
        state.withLock { state in
            let counters = state.families.filter { $0.family.kind == .counter }
            return Dictionary(
                counters.map { table in (table.family.name, table.numbers(from: state.reader).reduce(0) { $0 + $1.value }) },
                uniquingKeysWith: +)
        }
    }
}

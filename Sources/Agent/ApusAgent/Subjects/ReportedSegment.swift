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
    private let state: Mutex<State>

    private struct State {
        let reader: SegmentReader
        var families: [SeriesTable] = []
        var places: [String: Int] = [:]
        /// What is wrong with it; nothing more is taken in then.
        var fault: SegmentError?
        var isFaultTold = false
        var signs = SignsOfLife()
    }

    init(reader: sending SegmentReader, identity: InstanceIdentity, limit: Int) {
        target = identity.labels
        self.limit = limit
        state = Mutex(State(reader: reader))
    }

    /// Looks at the heartbeat.
    ///
    /// - Parameter now: CLOCK_MONOTONIC in nanoseconds.
    func signOfLife(at now: UInt64) -> SignsOfLife.Judgement {
        state.withLock { $0.signs.see($0.reader.heartbeat, at: now) }
    }

    var droppedSeries: UInt64 { state.withLock { $0.reader.droppedSeries } }
    var unreadSeries: Int { state.withLock { $0.reader.unread } }
    /// Whether nothing wrong has been found in it.
    var isSound: Bool { state.withLock { $0.fault == nil } }
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

    /// Takes in what the service has registered since; after a fault nothing more, but what was good is served on.
    func refresh() {
        state.withLock { state in
            guard state.fault == nil else { return }
            do throws(SegmentError) {
                // A writer counts what it drops in series of its own, past its limit.
                let headroom = min(limit, SegmentLayout.entryCapacity) + SegmentWriter.mostDroppedFamilies
                try state.reader.refresh(limit: headroom) { place, series in
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

    /// What keeps series from being served: a fault, once, and the entries past the limit or behind a fault.
    func troubles() -> (untoldFault: SegmentError?, unread: Int) {
        state.withLock { state in
            defer { if state.fault != nil { state.isFaultTold = true } }
            return (state.isFaultTold ? nil : state.fault, state.fault == nil ? state.reader.unread : 0)
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
    /// - Parameter values: memory that is used over and over.
    /// - Returns: the first series that was not written.
    func write(from first: Int, values: inout [UInt64], to encoder: inout ExpositionEncoder) -> Int {
        segment.write(place, first..<seriesCount, values: &values, to: &encoder)
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

import AgentMetrics
import ApusMetrics
import NIOCore
import Synchronization

/// What an instance reports, whichever way it comes: in a segment that it shares, or in texts that it sends.
///
/// It outlives its ``KnownInstance``'s interest in it as long as an exposition is under way that was planned with it.
protocol InstanceReport: AnyObject, Sendable {
    /// The user that the memory belongs to.
    var owner: UInt32 { get }
    /// Reports are dated by it: of two that dispute a name, the earlier one has it.
    var order: Int { get }
    /// Bytes of the budget for series.
    var memory: Int { get }
    var seriesCount: Int { get }

    /// The families to be served, with the series that they have now.
    ///
    /// - Parameter alive: whether the instance lives. Of one that has ended what counts stays, while gauges hold no longer.
    func reported(alive: Bool) -> [ReportedFamily]

    /// Takes note of how many series the last exposition had no room for.
    func noteClipped(_ series: Int)

    /// Series that are not served, by the limit that they are over, where there are any.
    func clips() -> [ClipReason: Int]

    /// The limit that series are over, with its value and what it is of, and what to do about it; nil for labels, which are told with
    /// their family.
    ///
    /// - Parameter samples: the limit of one exposition.
    func limit(of reason: ClipReason, samples: Int) -> (reached: String, remedy: String)?

    /// The first series over a limit of labels, once.
    func untoldClip() -> (family: String, reason: String)?

    /// Values of all series of a counter or gauge, with the labels that the service gave them.
    func values(of name: String) -> [(labels: [UInt8], value: Double)]

    /// The sum over all series of each counter, by its name.
    func counterTotals() -> [String: Double]
}

extension InstanceReport {
    /// The value of a gauge without labels.
    func gauge(_ name: String) -> Double? { values(of: name).first { $0.labels.isEmpty }?.value }
}

/// The number of the next report: they rise.
enum ReportOrder {
    private static let last = Atomic<Int>(0)

    static func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}

/// The limits that any report can be over, with their values and what they are of, and what to do about them.
enum ReportedLimit {
    static func samples(_ limit: Int) -> (reached: String, remedy: String) {
        ("\(limit) samples of one exposition", "bound their labels, or raise --sample-limit and sample_limit")
    }

    static func series(_ limit: Int) -> (reached: String, remedy: String) {
        ("\(limit) series of one instance", "bound the label with many values, or raise --series-limit")
    }
}

/// The series that one instance had of a family when an exposition was planned.
struct ReportedFamily: Sendable {
    /// Where the series are.
    enum Series: Sendable {
        /// In a segment, so many of the family in a place of it.
        case segment(ReportedSegment, MetricFamily, place: Int, count: Int)
        case received(ReceivedFamily, ReceivedMetrics)
    }

    let series: Series
    /// Whether OpenMetrics 1.0 has it under its whole name and without its type, as another family of the exposition has its short name
    /// there. The plan of an exposition says so (``ReportedPlan``).
    var isUntyped = false

    init(series: Series) { self.series = series }

    var report: any InstanceReport {
        switch series {
        case .segment(let segment, _, _, _): segment
        case .received(_, let received): received
        }
    }

    var name: String {
        switch series {
        case .segment(_, let family, _, _): family.name
        case .received(let family, _): family.name
        }
    }

    var isReceived: Bool { if case .received = series { true } else { false } }

    var kind: ServedKind {
        switch series {
        case .segment(_, let family, _, _): ServedKind(family.kind)
        case .received(let family, _): family.kind
        }
    }

    /// Whether there are histograms with native buckets among the series.
    var hasNative: Bool {
        switch series {
        case .segment(_, let family, _, _): family.kind == .nativeHistogram
        case .received(let family, _):
            family.kind == .histogram && family.series.contains { if case .exponential = $0.value { true } else { false } }
        }
    }

    /// Whether there are histograms without native buckets among the series.
    var hasClassic: Bool {
        switch series {
        case .segment(_, let family, _, _): family.kind == .histogram
        case .received(let family, _):
            family.kind == .histogram && family.series.contains { if case .histogram = $0.value { true } else { false } }
        }
    }

    var seriesCount: Int {
        switch series {
        case .segment(_, _, _, let count): count
        case .received(let family, _): family.series.count
        }
    }

    /// Every name that the family takes for itself where it has its type (``MetricFamily/claimedNames``).
    var claimedNames: [String] {
        switch series {
        case .segment(_, let family, _, _): family.claimedNames
        case .received(let family, _): family.claimedNames(withoutType: false)
        }
    }

    /// The names that its samples have in every format (``MetricFamily/namesInText``).
    var namesInText: [String] {
        switch series {
        case .segment(_, let family, _, _): family.namesInText
        case .received(let family, _): family.namesInText
        }
    }

    /// Lines that its series are in the text formats where they were received; 0 of others.
    var receivedSamples: Int { if case .received(let family, _) = series { family.sampleCount } else { 0 } }

    /// The samples that Prometheus makes of one series, at most.
    func samplesPerSeries(createdSeries: Bool) -> Int {
        switch series {
        case .segment(_, let family, _, _): family.samplesPerSeries(createdSeries: createdSeries)
        case .received(let family, _):
            (family.series.lazy.map(\.value.sampleCount).max() ?? 1) + (createdSeries && family.kind.counts ? 1 : 0)
        }
    }

    /// Starts the family of which the series of this instance and of others follow.
    func begin(in encoder: inout ExpositionEncoder) {
        switch series {
        case .segment(_, let family, _, _): encoder.begin(family, withoutType: isUntyped)
        case .received(let family, _): encoder.begin(family.served(withoutType: isUntyped))
        }
    }

    /// Writes series from `first` on, some thousands of lines at most.
    ///
    /// - Parameters:
    ///   - end: the first series that is left out.
    ///   - readings: memory that is used over and over.
    /// - Returns: the first series that was not written.
    func write(
        from first: Int, before end: Int, readings: inout SeriesTable.Readings, to encoder: inout ExpositionEncoder,
        _ piece: inout ByteBuffer
    ) -> Int {
        let end = max(first, min(end, seriesCount))
        switch series {
        case .segment(let segment, _, let place, _):
            return segment.write(place, first..<end, readings: &readings, to: &encoder, &piece)
        case .received(let family, let received):
            let some = first..<min(end, first + Self.batch)
            for one in family.series[some] { encoder.received(one, of: family, target: received.target) }
            return some.upperBound
        }
    }

    /// Received series that are written at a time.
    private static let batch = 256
}

extension ServedKind {
    init(_ kind: MetricKind) {
        self =
            switch kind {
            case .counter: .counter
            case .gauge: .gauge
            case .histogram, .nativeHistogram: .histogram
            case .summary: .summary
            case .info: .info
            case .stateSet: .stateSet
            }
    }

    /// Whether values only rise, so that the last ones of what has ended stay true.
    var counts: Bool {
        switch self {
        case .counter, .histogram, .summary: true
        case .gauge, .untyped, .info, .stateSet, .gaugeHistogram: false
        }
    }
}

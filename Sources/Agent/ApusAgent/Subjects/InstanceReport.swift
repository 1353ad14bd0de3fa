import AgentMetrics
import ApusMetrics
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

    /// Writes series of a family, some thousands of lines at most; returns the first that was not written.
    func write(_ place: Int, _ series: Range<Int>, values: inout [UInt64], to encoder: inout ExpositionEncoder) -> Int

    /// Takes note of how many series the last exposition had no room for.
    func noteClipped(_ series: Int)

    /// Series that are not served, by the limit that they are over.
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

/// The series that one instance had of a family when an exposition was planned.
struct ReportedFamily: Sendable {
    let family: MetricFamily
    let seriesCount: Int
    let report: any InstanceReport
    /// Which of the report's families.
    let place: Int

    /// Writes series from `first` on, some thousands of lines at most.
    ///
    /// - Parameters:
    ///   - end: the first series that is left out.
    ///   - values: memory that is used over and over.
    /// - Returns: the first series that was not written.
    func write(from first: Int, before end: Int, values: inout [UInt64], to encoder: inout ExpositionEncoder) -> Int {
        report.write(place, first..<max(first, min(end, seriesCount)), values: &values, to: &encoder)
    }
}

import AgentMetrics
import ApusLinux
import ApusMetrics

/// What an instance reports, in its segment or over HTTP, as a whole. The families in it are served beside the rows of sources
/// (``Exposition``), as their names are the service's own.
struct ReportSource: Source {
    static let name = "report"
    static let cadence = Cadence.look

    struct Reading: Sendable {
        /// Whether the instance lives: what only counts outlives it.
        let isAlive: Bool
        let series: Int
        let clips: [ClipReason: Int]
        /// The heap as the service reports it, in bytes.
        let heap: Double?
        /// `nil` of what is reported over HTTP.
        var segment: Registered?
        /// `nil` of what is reported in a segment.
        var received: Received?
    }

    /// What is registered in a segment.
    struct Registered: Sendable {
        /// Series that the service asked for past its limit.
        let dropped: UInt64
        /// Entries past the agent's limit, or behind a fault.
        let unread: Int
        /// Whether all that was registered could be read.
        let isSound: Bool
    }

    /// What has come over HTTP.
    struct Received: Sendable {
        let count: UInt64
        /// Seconds since the last one.
        let age: Double
        /// When the first one came, in seconds since the Unix epoch.
        let began: Double
    }

    static let rows: [Row<Reading>] = [
        Row(ServiceState.series) { $0.isAlive ? $0.series : nil },
        Row(ServiceState.droppedSeries) { $0.segment.map { $0.dropped } },
        Row(ServiceState.reports) { $0.received.map { $0.count } },
        Row(ServiceState.reportAge) { reading in reading.received.flatMap { reading.isAlive ? $0.age : nil } },
        Row(ServiceState.unreadSeries) { reading in reading.segment.flatMap { reading.isAlive ? $0.unread : nil } },
        Row.all(ServiceState.clippedSeries) { reading, labels in reading.clips[labels.reason] ?? 0 },
        Row(Contract.heapUsage) { $0.heap },
    ]

    /// A process counts in its segment since it began, which its own counters there say.
    static func start(in reading: Reading) -> Double? { reading.received?.began }

    private let report: any InstanceReport
    private let isAlive: Bool

    init?(_ subject: InstanceSubject) {
        guard let report = subject.report else { return nil }
        self.report = report
        isAlive = subject.isAlive
    }

    /// Reads that of an ended process too: it may have registered its last series after the last reading.
    func read(at now: Moment) throws(LinuxError) -> Reading {
        let segment = report as? ReportedSegment
        segment?.refresh()
        return Reading(
            isAlive: isAlive, series: report.seriesCount, clips: report.clips(),
            heap: isAlive ? report.gauge(ServiceProcess.heap.name) : nil,
            segment: segment.map { Registered(dropped: $0.droppedSeries, unread: $0.unreadSeries, isSound: $0.isSound) },
            received: (report as? ReceivedMetrics).map { received in
                let (count, age) = received.reports(at: now)
                return Received(count: count, age: age, began: received.began)
            })
    }

    func isWell(_ reading: Reading) -> Bool { reading.segment?.isSound ?? true }
}

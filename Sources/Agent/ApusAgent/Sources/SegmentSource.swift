import AgentMetrics
import ApusLinux
import ApusMetrics

/// What an instance has handed over in its segment, as a whole. The families in it are served beside the rows of sources
/// (``Exposition``), as their names are the service's own.
struct SegmentSource: Source {
    static let name = "segment"
    static let cadence = Cadence.look

    struct Reading: Sendable {
        /// Whether the process lives: what only counts outlives it.
        let isAlive: Bool
        let series: Int
        /// Series that the service asked for past its limit.
        let dropped: UInt64
        /// Entries past the agent's limit, or behind a fault.
        let unread: Int
        let clips: [ClipReason: Int]
        /// The heap as the service reports it, in bytes.
        let heap: Double?
        /// Whether all that was registered could be read.
        let isSound: Bool
    }

    static let rows: [Row<Reading>] = [
        Row(ServiceState.series) { $0.isAlive ? Double($0.series) : nil },
        Row(ServiceState.droppedSeries) { Double($0.dropped) },
        Row(ServiceState.unreadSeries) { $0.isAlive ? Double($0.unread) : nil },
        Row.each(ServiceState.clippedSeries) { reading in
            ClipReason.allCases.map { (ClipLabels(reason: $0), Double(reading.clips[$0] ?? 0)) }
        },
        Row(Contract.heapUsage) { $0.heap },
    ]

    private let segment: ReportedSegment
    private let isAlive: Bool

    init?(_ subject: InstanceSubject) {
        guard let segment = subject.segment else { return nil }
        self.segment = segment
        isAlive = subject.isAlive
    }

    /// Reads that of an ended process too: it may have registered its last series after the last reading.
    func read(at now: Moment) throws(LinuxError) -> Reading {
        segment.refresh()
        return Reading(
            isAlive: isAlive, series: segment.seriesCount, dropped: segment.droppedSeries, unread: segment.unreadSeries,
            clips: segment.clips(),
            heap: isAlive ? segment.gauge(ServiceProcess.heap.name) : nil, isSound: segment.isSound)
    }

    func isWell(_ reading: Reading) -> Bool { reading.isSound }
}

import AgentMetrics
import ApusLinux
import ApusSegment

/// What is known of an instance at one moment.
struct InstanceView: Sendable {
    struct Process: Sendable {
        let pid: Int32
        /// Seconds since the Unix epoch.
        let startTime: Double
        let sample: ProcessSample
        /// Percent of one core.
        let cpuPercent: Double
        /// Largest resident memory since the tick before last, in bytes.
        let residentPeak: UInt64
    }

    let key: InstanceIdentity
    /// `nil` when no process of the instance lives and reports.
    let process: Process?
    let heapBytes: Double?
    /// Seconds.
    let heartbeatAge: Double?
    /// Why the living process counts as hung; `nil` when it does not.
    let hang: Hang?
    let seriesCount: Int
    let droppedSeries: UInt64?
    /// Entries past the agent's limit, or behind a fault.
    let unreadSeries: Int
    /// Set in the one reading that found the segment malformed.
    let segmentFault: SegmentError?

    var isUp: Bool { process != nil }
    /// Alive and not hung.
    var isWell: Bool { isUp && hang == nil }
}

import ApusLinux
import ApusMetrics
import ApusSegment
import CLinux
import AgentMetrics
import Synchronization

/// One process that reports, has reported or is expected to, with all that the agent keeps of it.
///
/// Sampling and scrapes meet here and nowhere else, under a lock that is held for the microseconds of one reading.
final class Instance: Sendable {
    let key: InstanceIdentity
    private let isExpected = Atomic<Bool>(false)
    private let hangs: HangJudge
    private let state: Mutex<State>
    /// Labels of the series that the agent itself makes for an instance, by ``InstanceSeries``; rendered once.
    let labels: [[UInt8]]

    /// Two readings closer together than this share one, in nanoseconds: concurrent scrapes cost one look at the kernel.
    private static let sharedReading: UInt64 = 50_000_000

    private struct State {
        var process: WatchedProcess?
        var segment: ReportedSegment?
        /// Which file the segment is.
        var file: FileIdentity?
        /// What the service manager keeps of it.
        var stored: StoredInstance?
        var endedAt: UInt64?
        var hang: Hang?
        /// Found, and not yet told by a reading that tells it.
        var untoldFault: SegmentError?
    }

    private struct WatchedProcess {
        let source: ProcessSource
        var window: CPUWindow
        var sample: ProcessSample
        var peak: UInt64
        var previousPeak: UInt64
        /// 0 while the process has not come back to an agent that has restarted.
        var connection: Int

        init(_ source: ProcessSource, first: ProcessSample, connection: Int, interval: UInt64) {
            self.source = source
            window = CPUWindow(interval: interval, start: first)
            sample = first
            peak = first.residentBytes
            previousPeak = 0
            self.connection = connection
        }
    }

    init(key: InstanceIdentity, hangs: HangJudge) {
        self.key = key
        self.hangs = hangs
        state = Mutex(State())
        labels = InstanceSeries.allCases.map { LabelBytes.render(key.labels + $0.labels) }
    }

    /// Whether it is served as down for as long as it does not report.
    func expect(_ expected: Bool) { isExpected.store(expected, ordering: .relaxed) }

    /// Takes on the process behind a connection. A segment that it has handed over before goes on being read where it is.
    ///
    /// - Parameters:
    ///   - segment: the descriptor of its segment; stays the caller's to close.
    ///   - interval: the sampling interval in nanoseconds.
    /// - Throws: `SegmentError`; the instance is then as it was.
    func attach(
        _ source: ProcessSource, first: ProcessSample, segment: Int32, connection: Int, interval: UInt64
    ) throws(SegmentError) {
        try state.withLock { state throws(SegmentError) in
            let file = FileIdentity(segment)
            if state.segment == nil || state.file == nil || state.file != file {
                state.segment = ReportedSegment(reader: try SegmentReader(descriptor: segment), key: key)
                state.file = file
            }
            state.process = WatchedProcess(source, first: first, connection: connection, interval: interval)
            state.endedAt = nil
            state.hang = nil
        }
    }

    /// Whether there is or was a process.
    var hasReported: Bool { state.withLock { $0.segment != nil } }

    /// Takes on what an earlier run of the agent left, as ``InstanceTable/restore(_:segment:)`` has it.
    ///
    /// - Throws: `SegmentError`; the instance is then as it was.
    func restore(_ stored: StoredInstance, segment: Int32, interval: UInt64) throws(SegmentError) {
        let record = stored.record
        try state.withLock { state throws(SegmentError) in
            let reader = try SegmentReader(descriptor: segment)
            let (now, heartbeat) = (apus_monotonic_nanoseconds(), reader.heartbeat)
            state.segment = ReportedSegment(reader: reader, key: key)
            state.file = stored.segment
            state.stored = stored
            if record.endedAt == 0, let source = try? ProcessSource(pid: record.pid), source.startTicks == record.startTicks,
                let first = try? source.sample()
            {
                state.process = WatchedProcess(source, first: first, connection: 0, interval: interval)
            } else {
                // It ended while nobody looked: its last sign of life is nearest to the truth.
                state.endedAt = min(now, record.endedAt == 0 ? heartbeat : record.endedAt)
            }
        }
    }

    /// Has the service manager keep what is reported here, in place of what it has kept so far.
    func keep(_ record: InstanceRecord, segment: Int32, in store: SegmentStore) {
        let former = state.withLock { $0.stored }
        if let former, former.segment == FileIdentity(segment), former.record.isSameProcess(as: record) {
            return former.setEnded(at: 0)
        }
        let stored = store.keep(record, segment: segment)
        state.withLock { $0.stored = stored }
        if let former { store.remove(former) }
    }

    /// The agent forgets the instance, and so does the service manager.
    func leave(_ store: SegmentStore) {
        if let stored = state.withLock({ $0.stored }) { store.remove(stored) }
    }

    /// One process of all that there ever were.
    struct ProcessIdentity: Equatable, Sendable {
        let pid: Int32
        /// Seconds since the Unix epoch.
        let startTime: Double
    }

    /// The process that is attached, without a look whether it still lives.
    var processIdentity: ProcessIdentity? {
        state.withLock { state in
            state.process.map { ProcessIdentity(pid: $0.source.pid, startTime: $0.source.startTime) }
        }
    }

    /// The process that is attached and lives, if any.
    var livingPid: Int32? {
        state.withLock { state in
            guard let process = state.process, (try? process.source.sample()) != nil else { return nil }
            return process.source.pid
        }
    }

    /// The connection has ended, and with it the reporting. The last counts stay; an older connection's end changes nothing.
    func detach(connection: Int) {
        state.withLock { state in
            guard state.process?.connection == connection else { return }
            Self.end(&state)
            state.stored?.setEnded(at: state.endedAt ?? 0)
        }
    }

    private static func end(_ state: inout State) {
        state.process = nil
        state.hang = nil
        state.endedAt = apus_monotonic_nanoseconds()
    }

    /// Whether the instance ended longer ago than `retention` nanoseconds and is not expected back.
    func hasExpired(retention: UInt64) -> Bool {
        guard !isExpected.load(ordering: .relaxed) else { return false }
        return state.withLock { state in
            state.process == nil && state.endedAt.map { apus_monotonic_nanoseconds() - $0 > retention } ?? true
        }
    }

    /// A turn of the sampling loop: a new base for the CPU figure, a new window for the peak.
    func tick() {
        state.withLock { state in
            Self.read(&state, shared: false)
            guard var process = state.process else { return }
            process.window.tick(process.sample)
            process.previousPeak = process.peak
            process.peak = process.sample.residentBytes
            state.process = process
        }
    }

    /// Reads afresh and shows what there is; `segmentFault` is set once when the segment turns out malformed.
    func look(seriesLimit: Int) -> InstanceView {
        state.withLock { state in
            Self.read(&state, shared: true)
            // Of an ended process too: it may have registered its last series after the last reading.
            refresh(&state, seriesLimit)
            judge(&state)
            let fault = state.untoldFault
            state.untoldFault = nil
            let now = apus_monotonic_nanoseconds()
            return InstanceView(
                key: key,
                process: state.process.map { process in
                    InstanceView.Process(
                        pid: process.source.pid, startTime: process.source.startTime, sample: process.sample,
                        cpuPercent: process.window.percent(at: process.sample),
                        residentPeak: max(process.peak, process.previousPeak))
                },
                heapBytes: state.process == nil ? nil : state.segment?.gauge(ServiceProcess.heap.name),
                heartbeatAge: state.segment.map { Double(now - min(now, $0.heartbeat)) / 1e9 },
                hang: state.hang,
                seriesCount: state.segment?.seriesCount ?? 0,
                droppedSeries: state.segment?.droppedSeries,
                unreadSeries: state.segment?.unreadSeries ?? 0,
                segmentFault: fault)
        }
    }

    /// Whether the process lives but hangs, and its pid; cheaper than ``look(seriesLimit:)``, as it asks nothing of the kernel but
    /// of a process that seems to hang.
    func hang(seriesLimit: Int) -> (pid: Int32, hang: Hang)? {
        state.withLock { state in
            refresh(&state, seriesLimit)
            judge(&state)
            guard let process = state.process, let hang = state.hang else { return nil }
            return (process.source.pid, hang)
        }
    }

    private func refresh(_ state: inout State, _ seriesLimit: Int) {
        if let fault = state.segment?.refresh(limit: seriesLimit) { state.untoldFault = fault }
    }

    private func judge(_ state: inout State) {
        guard let process = state.process, let segment = state.segment else { return state.hang = nil }
        let now = apus_monotonic_nanoseconds()
        let age = now - min(now, segment.heartbeat)
        guard hangs.isSilent(for: age, at: now, wasHung: state.hang != nil) else {
            state.hang = hangs.blocked(segment.values(of: Scheduling.lag.name))
            return
        }
        do {
            let sample = try process.source.sample()
            state.hang = .silent(seconds: Double(age) / 1e9, state: sample.state)
        } catch  where error.isProcessGone {
            Self.end(&state)
        } catch {
            state.hang = .silent(seconds: Double(age) / 1e9, state: nil)
        }
    }

    private static func read(_ state: inout State, shared: Bool) {
        guard var process = state.process else { return }
        if shared, apus_monotonic_nanoseconds() - process.sample.monotonicNanoseconds < sharedReading { return }
        do {
            process.sample = try process.source.sample()
            process.peak = max(process.peak, process.sample.residentBytes)
            state.process = process
        } catch  where error.isProcessGone {
            end(&state)
        } catch {
            // Unreadable for the moment: the sample before stands, and its age shows in the sampling figures.
        }
    }

    /// The families that the service reports, for the plan of an exposition.
    func reported() -> [ReportedFamily] {
        state.withLock { state in
            let isAlive = state.process != nil
            return state.segment?.reported(alive: isAlive) ?? []
        }
    }

    /// Values of all series of a reported counter or gauge, with their labels; for the documents in JSON.
    func values(of name: String) -> [(labels: [UInt8], value: Double)] {
        state.withLock { $0.segment?.values(of: name) ?? [] }
    }

    /// The sum over all series of each counter that the service reports, by the counter's name.
    func counterTotals() -> [String: Double] { state.withLock { $0.segment?.counterTotals() ?? [:] } }
}

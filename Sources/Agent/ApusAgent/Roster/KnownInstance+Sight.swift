import AgentMetrics
import ApusLinux
import Synchronization

extension KnownInstance {
    /// The state of it while no process of it lives: it is missed, unless it has ended and nobody expects it back.
    var absence: SubjectState {
        let isAwaited = isAwaited
        return Self.absence(state.withLock { $0.life }, isAwaited: isAwaited)
    }

    private static func absence(_ life: Life, isAwaited: Bool) -> SubjectState {
        if case .ended = life, !isAwaited { .ended } else { .down }
    }

    /// What the last readings say of it; nothing is read anew.
    ///
    /// - Parameter isScraped: whether its page of metrics is fetched.
    func sight(isScraped: Bool) -> SubjectSight {
        let owner = uid
        let isAwaited = isAwaited
        let (sight, report) = state.withLock { state -> (SubjectSight, (any InstanceReport)?) in
            let subject = state.subject
            let stat = state.readings.reading(StatSource.self)
            let hang = state.readings.reading(HangSource.self) ?? nil
            var sight = SubjectSight(
                identity: identity, kind: isScraped ? .page : .reports, isExpected: isAwaited, owner: owner,
                state: subject.isAlive ? hang == nil ? .up : .hung : Self.absence(state.life, isAwaited: isAwaited))
            sight.reports = subject.report.map { $0 is ReceivedMetrics ? .http : .segment }
            sight.hang = subject.isAlive ? hang : nil
            sight.pid = Self.pid(state)
            sight.process = subject.process.map { $0.startTicks &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: Int64($0.pid)) }
            sight.unit = state.readings.reading(ServiceUnitSource.self) ?? nil
            sight.startTime = stat?.startTime
            sight.cpuPercent = stat?.cpuPercent
            sight.cpuSeconds = stat?.sample.cpuSeconds
            sight.residentBytes = stat?.sample.residentBytes
            sight.residentPeak = stat?.residentPeak
            sight.virtualBytes = stat?.sample.virtualBytes
            sight.threads = stat?.sample.threads
            sight.openFiles = state.readings.reading(DescriptorsSource.self)
            sight.maxFiles = state.readings.reading(LimitsSource.self) ?? nil
            sight.heapBytes = state.readings.reading(ReportSource.self)?.heap
            return (sight, subject.isAlive ? subject.report : nil)
        }
        guard let report else { return sight }
        var whole = sight
        whole.connections = report.connectionFigures()
        whole.queue = report.queueFigures()
        guard sight.cpuSeconds == nil else { return whole }
        let told = ToldProcess(self)
        whole.cpuSeconds = told.cpuSeconds
        whole.residentBytes = told.residentBytes
        whole.virtualBytes = told.virtualBytes
        whole.openFiles = told.openFiles
        whole.maxFiles = told.maxFiles
        return whole
    }
}

import AgentMetrics
import ApusLinux

extension GroupSubject {
    /// What the last look and the last readings say of it.
    ///
    /// - Parameters:
    ///   - stat: CPU time and memory of its processes; `nil` where they are not read.
    ///   - isCaptured: whether its name is made of its processes.
    func sight(_ stat: StatSource.Reading?, isCaptured: Bool) -> SubjectSight {
        let group = finding.reading
        // One whose control groups are there, without a process for now, is as it should be.
        let isMissing = !isCaptured && (group.processes > 0 || group.isEmpty)
        var sight = SubjectSight(
            identity: identity, kind: .group, isExpected: !isCaptured, state: group.isAlive ? .up : isMissing ? .down : .ended)
        sight.processes = group.processes
        guard group.processes > 0, !group.isUnknown else { return sight }
        sight.isSum = true
        sight.process = group.oldestStart
        sight.threads = group.threads
        sight.openFiles = group.openFiles
        guard let stat else { return sight }
        sight.startTime = stat.startTime
        sight.cpuPercent = stat.cpuPercent
        sight.cpuSeconds = stat.sample.cpuSeconds
        sight.residentBytes = stat.sample.residentBytes
        sight.residentPeak = stat.residentPeak
        sight.virtualBytes = stat.sample.virtualBytes
        return sight
    }
}

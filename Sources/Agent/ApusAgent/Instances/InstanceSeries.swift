import ApusMetrics
import ApusLinux
import AgentMetrics

/// The series that the agent makes for every instance, in the order in which they are served: those of one family side by side.
enum InstanceSeries: Int, CaseIterable {
    case up, heartbeatAge, hung, seriesCount, droppedSeries, unreadSeries
    case cpuUser, cpuSystem, childrenUser, childrenSystem
    case resident, residentPeak, virtual, openFiles, maxFiles, threads, startTime
    case contractCPU, contractMemory, contractHeap, contractUptime

    var family: MetricFamily {
        switch self {
        case .up: ServiceState.up.family
        case .heartbeatAge: ServiceState.heartbeatAge.family
        case .hung: ServiceState.hung.family
        case .seriesCount: ServiceState.series.family
        case .droppedSeries: ServiceState.droppedSeries.family
        case .unreadSeries: ServiceState.unreadSeries.family
        case .cpuUser, .cpuSystem: ServiceProcess.cpu.family
        case .childrenUser, .childrenSystem: ServiceProcess.childrenCPU.family
        case .resident: ServiceProcess.residentMemory.family
        case .residentPeak: ServiceProcess.peakResidentMemory.family
        case .virtual: ServiceProcess.virtualMemory.family
        case .openFiles: ServiceProcess.openFiles.family
        case .maxFiles: ServiceProcess.maxFiles.family
        case .threads: ServiceProcess.threads.family
        case .startTime: ServiceProcess.startTime.family
        case .contractCPU: Contract.cpuUsage.family
        case .contractMemory: Contract.memoryUsage.family
        case .contractHeap: Contract.heapUsage.family
        case .contractUptime: Contract.uptime.family
        }
    }

    var labels: [(String, String)] {
        switch self {
        case .cpuUser, .childrenUser: CPUModeLabels(mode: .user).pairs
        case .cpuSystem, .childrenSystem: CPUModeLabels(mode: .system).pairs
        default: []
        }
    }

    /// The value, or `nil` where there is none to serve: a process that has ended has no memory, not a memory of 0.
    /// - Parameter now: seconds since the Unix epoch.
    func value(_ view: InstanceView, now: Double) -> Double? {
        switch self {
        case .up: view.isUp ? 1 : 0
        case .heartbeatAge: view.isUp ? view.heartbeatAge : nil
        case .hung: view.isUp ? (view.hang == nil ? 0 : 1) : nil
        case .seriesCount: view.isUp ? Double(view.seriesCount) : nil
        case .droppedSeries: view.droppedSeries.map { Double($0) }
        case .unreadSeries: view.isUp ? Double(view.unreadSeries) : nil
        case .cpuUser: view.process?.sample.userSeconds
        case .cpuSystem: view.process?.sample.systemSeconds
        case .childrenUser: view.process?.sample.childrenUserSeconds
        case .childrenSystem: view.process?.sample.childrenSystemSeconds
        case .resident, .contractMemory: view.process.map { Double($0.sample.residentBytes) }
        case .residentPeak: view.process.map { Double($0.residentPeak) }
        case .virtual: view.process.map { Double($0.sample.virtualBytes) }
        case .openFiles: view.process?.sample.openFiles.map { Double($0) }
        case .maxFiles: view.process?.sample.maxFiles.map { Double($0) }
        case .threads: view.process.map { Double($0.sample.threads) }
        case .startTime: view.process?.startTime
        case .contractCPU: view.process?.cpuPercent
        case .contractHeap: view.heapBytes
        case .contractUptime: view.process.map { max(0, now - $0.startTime) }
        }
    }
}

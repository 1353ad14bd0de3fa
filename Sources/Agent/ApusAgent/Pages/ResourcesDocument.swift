import AgentMetrics
import ApusLinux
import ApusMetrics

/// What `/resources` answers: a snapshot of every subject's use of the machine, in the order of their names.
struct ResourcesDocument: Encodable {
    let intervalSeconds: Double
    let instances: [SubjectResources]
}

/// What one subject uses of the machine: an instance, a group of processes, or both under one name. Bytes, seconds, percent of one core.
struct SubjectResources: Encodable {
    let service: String
    let instance: String
    let up: Bool
    /// How it reports: `segment` or `http`; absent of what does not.
    let reports: String?
    /// The number of a group's processes, of which the figures below are the sums; absent of an instance alone.
    let processes: Int?
    /// The number of a group's control groups; absent of what is none.
    let controlGroups: Int?
    /// Whether a living process hangs; absent without the source `hang`, and of one that does not live.
    let hung: Bool?
    let hungReason: String?
    let pid: Int32?
    let uptimeSeconds: Double?
    let cpuPercent: Double?
    let cpuSeconds: Double?
    let residentBytes: UInt64?
    let residentPeakBytes: UInt64?
    let virtualBytes: UInt64?
    let heapBytes: Double?
    let threads: UInt64?
    let openFiles: UInt64?
    let maxFiles: UInt64?
    /// Open connections by pool and state, as the service reports them.
    let databaseConnections: [LabelledValue]
    /// Depth of the queue by state, as the service reports it.
    let queue: [LabelledValue]
}

extension SubjectResources {
    /// A group that no instance shares its name with.
    init(_ group: GroupView) { self.init(group.identity, isUp: group.group.processes > 0, group: group) }

    /// An instance, and the group of its name.
    ///
    /// What runs is taken from the group, which has all processes. Of an instance whose process nobody sees, as it reports over HTTP, there is
    /// what it says of its process under the names of Prometheus' clients.
    ///
    /// - Parameter isLiving: whether the group has processes, and is up whatever becomes of a report.
    init(_ instance: KnownInstance, _ view: InstanceView, _ group: GroupView?, isLiving: Bool) {
        self.init(view.identity, isUp: view.isUp || isLiving, instance: instance, view, group: group)
    }

    private init(
        _ identity: InstanceIdentity, isUp: Bool, instance: KnownInstance? = nil, _ view: InstanceView? = nil, group: GroupView?
    ) {
        let isGroup = group.map { $0.group.processes > 0 } ?? false
        let stat = isGroup ? group?.stat : view?.stat
        let told = view?.isUp == true && stat == nil ? instance.map { ToldProcess($0) } : nil
        service = identity.service
        self.instance = identity.instance
        up = isUp
        reports = instance.flatMap { $0.report == nil ? nil : $0.isReceived ? "http" : "segment" }
        processes = group?.group.processes
        controlGroups = group?.group.controlGroups?.number
        hung = view?.isHung
        hungReason = view?.hang?.description
        pid = view?.pid
        uptimeSeconds = stat?.uptime
        cpuPercent = stat?.cpuPercent
        cpuSeconds = stat?.sample.cpuSeconds ?? told?.cpuSeconds
        residentBytes = stat?.sample.residentBytes ?? told?.residentBytes
        residentPeakBytes = stat?.residentPeak
        virtualBytes = stat?.sample.virtualBytes ?? told?.virtualBytes
        heapBytes = view?.report?.heap
        threads = stat?.sample.threads
        openFiles = isGroup ? group?.group.openFiles : view?.openFiles ?? told?.openFiles
        maxFiles = isGroup ? nil : view?.maxFiles ?? told?.maxFiles
        databaseConnections = view?.isUp == true ? instance?.labelledValues(ConnectionPool.connections.family) ?? [] : []
        queue = view?.isUp == true ? instance?.labelledValues(Queue.depth.family) ?? [] : []
    }
}

/// What an instance says of its own process, under the names by which clients of Prometheus do.
struct ToldProcess {
    let cpuSeconds: Double?
    let residentBytes: UInt64?
    let virtualBytes: UInt64?
    let openFiles: UInt64?
    let maxFiles: UInt64?

    init(_ instance: KnownInstance) {
        func number(_ family: MetricFamily) -> Double? {
            let values = instance.values(of: family.name)
            // Nobody knows which of several processes is meant.
            return values.count == 1 ? values.first?.value : nil
        }
        func whole(_ family: MetricFamily) -> UInt64? { number(family).flatMap { UInt64(exactly: $0.rounded()) } }
        cpuSeconds = number(AgentProcess.cpu.family)
        residentBytes = whole(AgentProcess.residentMemory.family)
        virtualBytes = whole(AgentProcess.virtualMemory.family)
        openFiles = whole(AgentProcess.openFiles.family)
        maxFiles = whole(AgentProcess.maxFiles.family)
    }
}

/// One series of a reported family: its labels, without service and instance, and its value.
struct LabelledValue: Encodable {
    let labels: [String: String]
    let value: Double
}

extension KnownInstance {
    func labelledValues(_ family: MetricFamily) -> [LabelledValue] {
        values(of: family.name).map { labels, value in
            let pairs = (try? LabelBytes.parse(labels)) ?? []
            return LabelledValue(
                labels: Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
                value: value)
        }
    }
}

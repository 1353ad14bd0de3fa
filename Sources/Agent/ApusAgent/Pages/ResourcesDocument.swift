import ApusLinux
import ApusMetrics
import AgentMetrics

/// What `/resources` answers: a snapshot of every instance's use of the machine. Bytes, seconds, percent of one core.
struct ResourcesDocument: Encodable {
    let intervalSeconds: Double
    let instances: [InstanceResources]

    struct InstanceResources: Encodable {
        let service: String
        let instance: String
        let up: Bool
        /// Whether a living process hangs; `null` without the source `hang`, and of one that does not live, as is what follows.
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

extension ResourcesDocument.InstanceResources {
    init(_ instance: KnownInstance, _ view: InstanceView) {
        service = view.identity.service
        self.instance = view.identity.instance
        up = view.isUp
        hung = view.isHung
        hungReason = view.hang?.description
        pid = view.pid
        uptimeSeconds = view.stat?.uptime
        cpuPercent = view.stat?.cpuPercent
        cpuSeconds = view.stat?.sample.cpuSeconds
        residentBytes = view.stat?.sample.residentBytes
        residentPeakBytes = view.stat?.residentPeak
        virtualBytes = view.stat?.sample.virtualBytes
        heapBytes = view.report?.heap
        threads = view.stat?.sample.threads
        openFiles = view.openFiles
        maxFiles = view.maxFiles
        databaseConnections = view.isUp ? instance.labelledValues(ConnectionPool.connections.family) : []
        queue = view.isUp ? instance.labelledValues(Queue.depth.family) : []
    }
}

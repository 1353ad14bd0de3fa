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
        /// Of a living process, as is what follows.
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

extension Instance {
    func labelledValues(_ family: MetricFamily) -> [LabelledValue] {
        values(of: family.name).map { labels, value in
            let pairs = (try? LabelBytes.parse(labels)) ?? []
            return LabelledValue(
                labels: Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }), value: value)
        }
    }
}

extension ResourcesDocument.InstanceResources {
    /// - Parameter now: seconds since the Unix epoch.
    init(_ instance: Instance, _ view: InstanceView, now: Double) {
        service = view.key.service
        self.instance = view.key.instance
        up = view.isUp
        hung = view.isUp ? view.hang != nil : nil
        hungReason = view.hang?.description
        pid = view.process?.pid
        uptimeSeconds = view.process.map { max(0, now - $0.startTime) }
        cpuPercent = view.process?.cpuPercent
        cpuSeconds = view.process?.sample.cpuSeconds
        residentBytes = view.process?.sample.residentBytes
        residentPeakBytes = view.process?.residentPeak
        virtualBytes = view.process?.sample.virtualBytes
        heapBytes = view.heapBytes
        threads = view.process?.sample.threads
        openFiles = view.process?.sample.openFiles
        maxFiles = view.process?.sample.maxFiles
        databaseConnections = view.isUp ? instance.labelledValues(ConnectionPool.connections.family) : []
        queue = view.isUp ? instance.labelledValues(Queue.depth.family) : []
    }
}

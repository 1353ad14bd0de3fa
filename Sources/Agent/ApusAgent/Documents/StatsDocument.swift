import ApusMetrics
import AgentMetrics

/// What `/stats` answers: the work of every instance since its start, and the agent's own.
struct StatsDocument: Encodable {
    let agent: AgentStats
    let instances: [InstanceStats]

    struct AgentStats: Encodable {
        let uptimeSeconds: Double
        let samples: UInt64
        let lateSamples: UInt64
        let sampleCPUSeconds: Double
        let scrapes: UInt64
        let scrapeCPUSeconds: Double
        let scrapeBytes: UInt64
        let reportsRefused: UInt64
    }

    struct InstanceStats: Encodable {
        let service: String
        let instance: String
        let up: Bool
        let uptimeSeconds: Double?
        let enqueued: Double?
        let claimed: Double?
        let delivered: Double?
        let failed: Double?
        let dead: Double?
        /// Percent of attempts that delivered; `null` before the first.
        let successRatePercent: Double?
        let series: Int
    }
}

extension StatsDocument.InstanceStats {
    /// - Parameter now: seconds since the Unix epoch.
    init(_ instance: Instance, _ view: InstanceView, now: Double) {
        let delivered = instance.total(Notifications.delivered.family)
        let failed = instance.total(Notifications.failures.family)
        let attempts = (delivered ?? 0) + (failed ?? 0)
        service = view.key.service
        self.instance = view.key.instance
        up = view.isUp
        uptimeSeconds = view.process.map { max(0, now - $0.startTime) }
        enqueued = instance.total(Notifications.enqueued.family)
        claimed = instance.total(Notifications.claimed.family)
        self.delivered = delivered
        self.failed = failed
        dead = instance.total(Notifications.dead.family)
        successRatePercent = attempts > 0 ? (delivered ?? 0) / attempts * 100 : nil
        series = view.seriesCount
    }
}

extension StatsDocument.AgentStats {
    init(_ work: AgentWork, uptime: Double) {
        let totals = work.totals
        uptimeSeconds = uptime
        samples = totals.samples
        lateSamples = totals.lateSamples
        sampleCPUSeconds = totals.sampleCPU
        scrapes = totals.scrapes
        scrapeCPUSeconds = totals.scrapeCPU
        scrapeBytes = totals.scrapeSize
        reportsRefused = totals.refusals.values.reduce(0, +)
    }
}

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
        /// Each counter that the service reports, summed over its series.
        let counters: [String: Double]
        let series: Int
    }
}

extension StatsDocument.InstanceStats {
    init(_ instance: KnownInstance, _ view: InstanceView) {
        service = view.identity.service
        self.instance = view.identity.instance
        up = view.isUp
        uptimeSeconds = view.stat?.uptime
        counters = instance.report?.counterTotals() ?? [:]
        series = view.report.map { $0.isAlive ? $0.series : 0 } ?? 0
    }
}

extension StatsDocument.AgentStats {
    init(_ work: AgentWork, at now: Moment) {
        let totals = work.totals
        uptimeSeconds = now.seconds(since: work.startedAt)
        samples = totals.samples
        lateSamples = totals.lateSamples
        sampleCPUSeconds = totals.sampleCPU
        scrapes = totals.scrapes
        scrapeCPUSeconds = totals.scrapeCPU
        scrapeBytes = totals.scrapeSize
        reportsRefused = totals.refusals.values.reduce(0, +)
    }
}

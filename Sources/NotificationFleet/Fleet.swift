public import ApusTopology

/// What differs between one run of the notification fleet and another.
public struct FleetParameters: Hashable, Sendable {
    public var placement: AgentPlacement
    /// Between two scrapes, two evaluations and two samples of the agents.
    public var scrapeInterval: Duration
    /// How long a condition lasts before its alert fires.
    public var alertHold: Duration
    /// Added to every port, so that a second fleet can run beside the first.
    public var portOffset: Int

    public init(
        placement: AgentPlacement = .perHost, scrapeInterval: Duration = .seconds(15), alertHold: Duration = .seconds(60),
        portOffset: Int = 0
    ) {
        self.placement = placement
        self.scrapeInterval = scrapeInterval
        self.alertHold = alertHold
        self.portOffset = portOffset
    }
}

/// The notification platform: two APIs and five delivery workers on one machine.
public func notificationFleet(_ parameters: FleetParameters = FleetParameters()) -> Fleet {
    let offset = parameters.portOffset
    return Fleet("notifications") {
        FleetService("api", role: .api) {
            for number in 1...2 {
                Instance("api-\(number)", port: 3000 + number + offset, metricsPort: 9100 + number + offset)
            }
        }
        FleetService("worker", role: .worker) {
            for number in 1...5 {
                Instance("worker-\(number)", metricsPort: 9090 + number + offset)
            }
        }
        Agents(parameters.placement, port: 9480 + offset, samplingInterval: parameters.scrapeInterval)
        Scraping(interval: parameters.scrapeInterval, prometheusPort: 9090 + offset)
        Alerting(hold: parameters.alertHold)
        Thresholds(cpuPercent: 70, memory: .mebibytes(512), connections: 50, queueDepth: 10_000, errorRatio: 0.01)
        ConnectionBudget(perInstance: 5, minimum: 10, maximum: 50)
        DeliverySettings(batchSize: 50, lease: .seconds(300), pollInterval: .seconds(5))
        DataFolder(database: "notifications.sqlite")
    }
}

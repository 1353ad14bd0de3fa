import AgentMetrics
import ApusPromQL
import ApusText

extension Fleet {
    /// Everything in the fleet that contradicts itself; empty when it can run.
    public var faults: [FleetFault] {
        let own = ownFaults
        return own + variationFaults(beyond: Set(own))
    }

    /// The faults of the fleet as it is declared, without what differs elsewhere.
    var ownFaults: [FleetFault] {
        let declared = parts.repeated() + nameFaults + portFaults
        let numbers = durationFaults + numberFaults + thresholdFaults + budgetFaults + fileNameFaults + hostFaults
        let servers = databaseFaults + brokerFaults + trafficFaults
        return declared + numbers + servers + objectiveFaults + routingFaults + scrapingFaults + watchFaults
            + parts.flatMap { $0.faults(in: self) }
    }

    private var durationFaults: [FleetFault] {
        let day = Duration.seconds(86_400)
        // Prometheus forgets a value after five minutes: two scrapes must fit in.
        let often = Duration.milliseconds(100)...Duration.seconds(120)
        let durations = [
            ("the scrape interval", scraping.interval, often, scraping.place),
            ("the scrape timeout", scraping.timeout, .milliseconds(1)...day, scraping.place),
            ("the evaluation interval", scraping.evaluationInterval, often, scraping.place),
            ("the alerts' hold", alerting.hold, .milliseconds(1)...day, alerting.place),
            ("the alerts' rate window", alertWindow, .milliseconds(1)...day, alerting.place),
            ("the agents' sampling interval", agents.samplingInterval, AgentLimits.leastInterval...day, agents.place),
        ]
        let illegal: [FleetFault] = durations.filter { !$0.2.contains($0.1) || DurationText.milliseconds($0.1) == nil }
            .map { .durationOutOfRange(name: $0.0, value: $0.1, range: $0.2, place: $0.3) }
        // Comparisons of durations that are illegal themselves would only add noise.
        guard illegal.isEmpty else { return illegal }
        var faults: [FleetFault] = []
        if scraping.timeout >= scraping.interval {
            faults.append(
                .timeoutNotBelowInterval(timeout: scraping.timeout, interval: scraping.interval, place: scraping.place))
        }
        if alerting.hold < scraping.evaluationInterval * 2 {
            faults.append(
                .holdTooShort(hold: alerting.hold, evaluationInterval: scraping.evaluationInterval, place: alerting.place))
        }
        if alertWindow < leastWindow {
            faults.append(.windowTooShort(window: alertWindow, least: leastWindow, place: alerting.place))
        }
        return faults
    }

    private var numberFaults: [FleetFault] {
        [
            ("the connections of an instance", connections.perInstance, connections.place),
            ("the least connections", connections.minimum, connections.place),
        ].filter { $0.1 < 1 }
            .map { .numberOutOfRange(name: $0.0, value: Double($0.1), range: "above 0", place: $0.2) }
    }

    private var budgetFaults: [FleetFault] {
        guard connections.minimum <= connections.maximum else {
            return [
                .budgetBoundsReversed(minimum: connections.minimum, maximum: connections.maximum, place: connections.place)
            ]
        }
        var faults: [FleetFault] = []
        let instances = instanceCount
        if connections.shares(instances: instances).contains(where: { $0 < 1 }) {
            faults.append(
                .budgetTooSmall(maximum: connections.maximum, instances: instances, place: connections.place))
        }
        let watched = thresholds[Threshold.connections].wholeValue
        if connectionLimit > watched {
            faults.append(
                .budgetAboveThreshold(
                    limit: connectionLimit, threshold: watched, place: connections.place))
        }
        return faults
    }

    private var fileNameFaults: [FleetFault] {
        [("the database's name", data.database), ("the agent socket's name", data.agentSocketStem)]
            .filter { $0.1.isEmpty || $0.1.contains("/") || $0.1.hasPrefix(".") }
            .map { .illegalFileName(name: $0.0, value: $0.1, place: data.place) }
    }
}

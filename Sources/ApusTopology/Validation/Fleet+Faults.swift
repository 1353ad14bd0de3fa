import ApusPromQL

extension Fleet {
    /// Everything in the fleet that contradicts itself, in order of declaration; empty when it can run.
    public var faults: [FleetFault] {
        repeatedParts.map { .repeatedPart(name: $0.name, place: $0.place) }
            + nameFaults + portFaults + durationFaults + numberFaults + budgetFaults + fileNameFaults + hostFaults
    }

    private var nameFaults: [FleetFault] {
        var faults: [FleetFault] = []
        var owners: [String: SourcePlace] = [:]
        let agentNames = Set(agentEndpoints.map(\.name))
        func check(_ kind: String, _ name: String, _ place: SourcePlace) {
            if !Self.isLegalName(name) { faults.append(.illegalName(kind: kind, name: name, place: place)) }
            if let first = owners["\(kind) \(name)"] {
                faults.append(.repeatedName(kind: kind, name: name, first: first, place: place))
            } else {
                owners["\(kind) \(name)"] = place
            }
        }
        check("fleet", name, place)
        if !Self.isLegalHost(host) { faults.append(.illegalHost(host, place: place)) }
        if services.isEmpty { faults.append(.noServices(place: place)) }
        for service in services {
            check("service", service.name, service.place)
            if service.instances.isEmpty { faults.append(.emptyService(name: service.name, place: service.place)) }
            for instance in service.instances {
                check("instance", instance.name, instance.place)
                if service.role == .api && instance.port == nil {
                    faults.append(.missingPort(instance: instance.name, place: instance.place))
                }
                // Agents are processes too, with logs of their own.
                if agentNames.contains(instance.name) {
                    faults.append(
                        .repeatedName(kind: "process", name: instance.name, first: agents.place, place: instance.place))
                }
            }
        }
        return faults
    }

    /// Only what listens can clash: an instance's metrics port counts when its agent stands beside it.
    private var portFaults: [FleetFault] {
        var listeners: [(port: Int, holder: String, place: SourcePlace)] = [
            (scraping.prometheusPort, "Prometheus", scraping.place)
        ]
        if agents.placement == .perHost { listeners.append((agents.port, "the agent", agents.place)) }
        for instance in services.flatMap(\.instances) {
            if let port = instance.port { listeners.append((port, instance.name, instance.place)) }
            if agents.placement == .besideEachInstance {
                listeners.append((instance.metricsPort, "the agent of \(instance.name)", instance.place))
            }
        }
        var faults: [FleetFault] = []
        var holders: [Int: String] = [:]
        for (port, holder, place) in listeners {
            if !(1...65535).contains(port) {
                faults.append(.portOutOfRange(port: port, holder: holder, place: place))
            } else if let first = holders[port] {
                faults.append(.portTaken(port: port, first: first, second: holder, place: place))
            } else {
                holders[port] = holder
            }
        }
        return faults
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
            ("the agents' sampling interval", agents.samplingInterval, .milliseconds(1)...day, agents.place),
            ("the lease", delivery.lease, .milliseconds(1)...day, delivery.place),
            ("the poll interval", delivery.pollInterval, .milliseconds(1)...day, delivery.place),
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
        if delivery.lease <= delivery.pollInterval {
            faults.append(
                .leaseTooShort(lease: delivery.lease, pollInterval: delivery.pollInterval, place: delivery.place))
        }
        return faults
    }

    private var numberFaults: [FleetFault] {
        let limits = thresholds
        let checks: [(String, Double, Bool, String, SourcePlace)] = [
            (
                "the CPU threshold", limits.cpuPercent.value, limits.cpuPercent.value.isFinite && limits.cpuPercent.value > 0,
                "above 0",
                limits.place
            ),
            ("the memory threshold", Double(limits.memory.value.bytes), limits.memory.value.bytes > 0, "above 0", limits.place),
            (
                "the connection threshold", Double(limits.connections.value), limits.connections.value > 0, "above 0",
                limits.place
            ),
            ("the queue threshold", Double(limits.queueDepth.value), limits.queueDepth.value > 0, "above 0", limits.place),
            (
                "the error ratio", limits.errorRatio.value, limits.errorRatio.value > 0 && limits.errorRatio.value < 1,
                "between 0 and 1, as 0.01 for one percent", limits.place
            ),
            ("the batch size", Double(delivery.batchSize), delivery.batchSize > 0, "above 0", delivery.place),
            (
                "the connections of an instance", Double(connections.perInstance), connections.perInstance > 0, "above 0",
                connections.place
            ),
            ("the least connections", Double(connections.minimum), connections.minimum > 0, "above 0", connections.place),
        ]
        return checks.filter { !$0.2 }.map { .numberOutOfRange(name: $0.0, value: $0.1, range: $0.3, place: $0.4) }
    }

    private var budgetFaults: [FleetFault] {
        guard connections.minimum <= connections.maximum else {
            return [
                .budgetBoundsReversed(minimum: connections.minimum, maximum: connections.maximum, place: connections.place)
            ]
        }
        var faults: [FleetFault] = []
        let instances = identities.count
        if connections.shares(instances: instances).contains(where: { $0 < 1 }) {
            faults.append(
                .budgetTooSmall(maximum: connections.maximum, instances: instances, place: connections.place))
        }
        if connectionLimit > thresholds.connections.value {
            faults.append(
                .budgetAboveThreshold(
                    limit: connectionLimit, threshold: thresholds.connections.value, place: connections.place))
        }
        return faults
    }

    private var fileNameFaults: [FleetFault] {
        [("the database's name", data.database), ("the agent socket's name", data.agentSocketStem)]
            .filter { $0.1.isEmpty || $0.1.contains("/") || $0.1.hasPrefix(".") }
            .map { .illegalFileName(name: $0.0, value: $0.1, place: data.place) }
    }

    /// A name or an IPv4 address; an IPv6 address would need brackets wherever a port follows.
    private static func isLegalHost(_ host: String) -> Bool {
        !host.isEmpty && host.utf8.allSatisfy { isLetter($0 | 0x20) || isDigit($0) || $0 == hyphen || $0 == UInt8(ascii: ".") }
    }

    /// What is a host name's label, a file name and a label value at once (RFC 1123, but with a letter first).
    private static func isLegalName(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first), name.utf8.last != hyphen, name.utf8.count <= 63 else {
            return false
        }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen }
    }

    private static let hyphen = UInt8(ascii: "-")
    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

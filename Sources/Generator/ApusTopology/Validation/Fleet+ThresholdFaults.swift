import AgentMetrics
import ApusMetrics
import ApusPromQL
import NotificationMetrics
import ApusText

extension Fleet {
    /// Limits that no value could pass, that every value passes, or that are meant in another unit.
    var thresholdFaults: [FleetFault] {
        cpuFaults + byteFaults + countFaults + ratioFaults + timeFaults
    }

    private var cpuFaults: [FleetFault] {
        let limit = thresholds.cpuPercent.value
        if !limit.isFinite || limit <= 0 {
            return [.numberOutOfRange(name: "the CPU threshold", value: limit, range: "above 0", place: thresholds.place)]
        }
        guard limit <= 1 else { return [] }
        return [
            .contradiction(
                "the CPU threshold is \(PromQLNumber.string(limit)) % of a core: write percents, as 70 for 70 %",
                place: thresholds.place)
        ]
    }

    private var byteFaults: [FleetFault] {
        [("the memory threshold", thresholds.memory.value), ("the heap growth", thresholds.heapGrowth.value)]
            .compactMap { name, value in
                if value.bytes <= 0 {
                    return .numberOutOfRange(
                        name: name, value: Double(value.bytes), range: "above 0", place: thresholds.place)
                }
                // The runtime alone takes more.
                guard value < .mebibytes(1) else { return nil }
                return .contradiction(
                    "\(name) is \(value.bytes) bytes, less than any process takes: write .mebibytes(\(value.bytes)) if those are meant",
                    place: thresholds.place)
            }
    }

    private var countFaults: [FleetFault] {
        let counts = [
            ("the restarts", thresholds.restarts.value), ("the queue threshold", thresholds.queueDepth.value),
            ("the connection threshold", thresholds.connections.value),
            ("the broker's queue threshold", thresholds.brokerDepth.value),
        ]
        return counts.filter { $0.1 < 1 }
            .map { .numberOutOfRange(name: $0.0, value: Double($0.1), range: "above 0", place: thresholds.place) }
    }

    private var ratioFaults: [FleetFault] {
        let ratios = [
            ("the error ratio", thresholds.errorRatio), ("the share of lost leases", thresholds.lostLeases),
            ("the requests' error ratio", thresholds.requestErrorRatio), ("the pool's use", thresholds.poolUse),
            ("the database's use of connections", thresholds.databaseConnections),
            ("the cache's use of memory", thresholds.cacheMemory), ("the free disk space", thresholds.freeDisk),
            ("the memory pressure", thresholds.memoryPressure),
        ]
        // NaN is in no range.
        return ratios.filter { !($0.1.value > 0 && $0.1.value < 1) }.map {
            .numberOutOfRange(
                name: $0.0, value: $0.1.value, range: "between 0 and 1, as 0.01 for one percent", place: thresholds.place)
        }
    }

    private var timeFaults: [FleetFault] {
        let year = Duration.seconds(365 * 86_400)
        let times = [
            ("the queue's age", thresholds.queueAge.value), ("the delivery latency", thresholds.deliveryLatency.value),
            ("the requests' latency", thresholds.requestLatency.value),
            ("the time to a certificate's expiry", thresholds.certificateExpiry.value),
        ]
        let illegal: [FleetFault] =
            times
            .filter { !(.milliseconds(1)...year).contains($0.1) || DurationText.milliseconds($0.1) == nil }
            .map {
                .durationOutOfRange(name: $0.0, value: $0.1, range: .milliseconds(1)...year, place: thresholds.place)
            }
        guard illegal.isEmpty else { return illegal }
        // A quantile is never above the last bound of its histogram.
        let quantiles = [
            ("the delivery latency", thresholds.deliveryLatency.value, Notifications.attemptDuration.family),
            ("the requests' latency", thresholds.requestLatency.value, HTTPServer.requestDuration.family),
        ]
        return quantiles.compactMap { name, value, family in
            guard let last = family.buckets.last, value / .seconds(1) >= last else { return nil }
            return .contradiction(
                "\(name) of \(DurationText.string(value)) is not below the last bound of \(family.name), "
                    + "\(PromQLNumber.string(last)) s, so that its alert could not fire: lower it",
                place: thresholds.place)
        }
    }
}

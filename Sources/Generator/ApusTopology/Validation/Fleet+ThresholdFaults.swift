import AgentMetrics
import ApusMetrics
import ApusPromQL
import ApusText

extension Fleet {
    /// Limits that no value could pass, that every value passes, or that are meant in another unit; and limits set twice.
    var thresholdFaults: [FleetFault] {
        var names: Set<String> = []
        return thresholds.declared.compactMap { threshold in
            guard names.insert(threshold.name).inserted else {
                return .contradiction("the threshold \(threshold.name) is set twice: leave one out", place: threshold.place)
            }
            return threshold.fault
        }
    }
}

extension Threshold {
    /// What is wrong with the limit; nil when nothing is.
    fileprivate var fault: FleetFault? {
        let name = "the threshold \(self.name)"
        switch amount {
        case .percent(let value):
            if !value.isFinite || value <= 0 {
                return .numberOutOfRange(name: name, value: value, range: "above 0", place: place)
            }
            return value > 1
                ? nil
                : .contradiction(
                    "\(name) is \(PromQLNumber.string(value)) % of a core: write percents, as 70 for 70 %", place: place)
        case .ratio(let value):
            // NaN is in no range.
            return value > 0 && value < 1
                ? nil
                : .numberOutOfRange(name: name, value: value, range: "between 0 and 1, as 0.01 for one percent", place: place)
        case .count(let count):
            return count >= 1 ? nil : .numberOutOfRange(name: name, value: Double(count), range: "above 0", place: place)
        case .bytes(let count):
            if count.bytes <= 0 {
                return .numberOutOfRange(name: name, value: Double(count.bytes), range: "above 0", place: place)
            }
            // The runtime alone takes more.
            return count >= .mebibytes(1)
                ? nil
                : .contradiction(
                    "\(name) is \(count.bytes) bytes, less than any process takes: write .mebibytes(\(count.bytes)) if those are meant",
                    place: place)
        case .duration(let duration):
            return fault(of: duration, name)
        }
    }

    private func fault(of duration: Duration, _ name: String) -> FleetFault? {
        let range = Duration.milliseconds(1)...Duration.seconds(365 * 86_400)
        guard range.contains(duration), DurationText.milliseconds(duration) != nil else {
            return .durationOutOfRange(name: name, value: duration, range: range, place: place)
        }
        // A quantile is never above the last bound of its histogram.
        guard let family = quantileOf, let last = family.buckets.last, duration / .seconds(1) >= last else { return nil }
        return .contradiction(
            "\(name) of \(DurationText.string(duration)) is not below the last bound of \(family.name), "
                + "\(PromQLNumber.string(last)) s, so that its alert could not fire: lower it",
            place: place)
    }
}

import ApusMetrics
import ApusPromQL
import ApusText

extension Fleet {
    /// Objectives that nothing can measure, and burn rates that nothing can reach.
    var objectiveFaults: [FleetFault] {
        var faults: [FleetFault] = []
        var names: [String: SourcePlace] = [:]
        for objective in objectives {
            if !LegalText.isName(objective.name) {
                faults.append(.illegalName(kind: "objective", name: objective.name, place: objective.place))
            }
            if let first = names.updateValue(objective.place, forKey: objective.name) {
                faults.append(.repeatedName(kind: "objective", name: objective.name, first: first, place: objective.place))
            }
            let explanations = measurementFaults(of: objective) + targetFaults(of: objective) + windowFaults(of: objective)
            faults += explanations.map { .contradiction("objective \(objective.name) \($0)", place: objective.place) }
        }
        return faults
    }

    private func measurementFaults(of objective: Objective) -> [String] {
        guard let service = services.first(where: { $0.name == objective.service }) else {
            return ["is about “\(objective.service)”, which is no service: name one of the fleet"]
        }
        let selectors: [PromQLSelector]
        var faults: [String] = []
        switch objective.indicator {
        case .failures(let bad, let total):
            selectors = bad + total
            if bad.isEmpty || total.isEmpty { faults.append("counts nothing: name series of bad events and of all") }
        case .within(let histogram, let bound):
            selectors = [histogram]
            if let family = histogram.family, let fault = Self.boundFault(bound, of: family) { faults.append(fault) }
        }
        let names = Set(selectors.compactMap { $0.family?.name ?? $0.name })
        var groups: Set<RecordedMetrics> = [.requests, .pool]
        if let metrics = objective.metrics { groups.insert(metrics) }
        for group in groups.subtracting(service.records).sorted(by: { $0.name < $1.name }) {
            guard let name = group.families.map(\.name).filter(names.contains).min() else { continue }
            faults.append(
                "counts \(name), which \(service.name) does not record: name a service that records .\(group.name), "
                    + "or add that to its records")
        }
        return faults
    }

    private static func boundFault(_ bound: Double, of family: MetricFamily) -> String? {
        guard !family.buckets.contains(bound) else { return nil }
        let nearest = [family.buckets.last { $0 < bound }, family.buckets.first { $0 > bound }].compactMap(\.self)
            .map(PromQLNumber.string)
        return "has the bound \(PromQLNumber.string(bound)), which \(family.name) does not count: "
            + (nearest.isEmpty ? "take a histogram" : "take \(nearest.joined(separator: " or "))")
    }

    private func targetFaults(of objective: Objective) -> [String] {
        let target = objective.target
        if target > 0 && target < 1 { return [] }
        let remedy =
            target > 1 && target < 100
            ? "write \(PromQLNumber.string((target * 1e7).rounded() / 1e9)) for \(PromQLNumber.string(target)) %"
            : "write a share between 0 and 1, as 0.999"
        return ["has the target \(PromQLNumber.string(target)): \(remedy)"]
    }

    private func windowFaults(of objective: Objective) -> [String] {
        let year = Duration.seconds(366 * 86_400)
        let text = DurationText.string
        guard objective.period >= .seconds(3600), objective.period <= year, DurationText.milliseconds(objective.period) != nil
        else { return ["has a period of \(objective.period): it must be from 1h to 366d, in whole milliseconds"] }
        var faults: [String] = []
        if objective.burnRates.isEmpty { faults.append("has no burn rate, so that nothing alerts on it: declare one") }
        if scraping.retention < objective.period {
            faults.append(
                "holds over \(text(objective.period)), but Prometheus keeps \(text(scraping.retention)): "
                    + "lengthen Scraping.retention or shorten the period")
        }
        for rate in objective.burnRates {
            faults += burnFaults(rate, of: objective)
        }
        return faults
    }

    private func burnFaults(_ rate: BurnRate, of objective: Objective) -> [String] {
        let text = DurationText.string
        let windows = "\(text(rate.longWindow)) and \(text(rate.shortWindow))"
        var faults: [String] = []
        if DurationText.milliseconds(rate.longWindow) == nil || DurationText.milliseconds(rate.shortWindow) == nil {
            faults.append("has windows of \(windows) that are no whole milliseconds: round them")
        }
        if rate.shortWindow >= rate.longWindow {
            faults.append("has a short window that is not shorter than the long one (\(windows)): swap or change them")
        }
        if rate.longWindow > objective.period {
            faults.append(
                "has a window of \(text(rate.longWindow)), longer than its period of \(text(objective.period)): shorten it")
        }
        if rate.shortWindow < leastWindow {
            faults.append(
                "has a window of \(text(rate.shortWindow)), which holds less than four scrapes or evaluations: take at least "
                    + text(leastWindow))
        }
        guard rate.factor > 0, rate.factor.isFinite else {
            return faults + ["has a burn rate of \(PromQLNumber.string(rate.factor)): it must be above 0"]
        }
        // The budget's share of failures times the factor: at 1 and above not even failures alone would do.
        if objective.target > 0, objective.target < 1, rate.factor * (1 - objective.target) >= 1 {
            faults.append(
                "cannot burn \(PromQLNumber.string(rate.factor)) times as fast as allowed, even if everything fails: "
                    + "raise the target or take a factor below \(Self.rounded(1 / (1 - objective.target)))")
        }
        return faults
    }

    /// A number rounded to hundredths.
    private static func rounded(_ value: Double) -> String { PromQLNumber.string((value * 100).rounded() / 100) }
}

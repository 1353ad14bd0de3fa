import ApusMetrics
import ApusSegment

extension MetricOptions {
    /// The name with an ending after `_`, unless it has that already; as it is where there is none.
    static func ending(_ ending: String?, _ name: String) -> String {
        guard let ending, !ending.isEmpty else { return name }
        let legal = MetricName.sanitized("_" + ending)
        return name.hasSuffix(legal) ? name : name + legal
    }

    static func help(_ options: MetricOptions?) -> String {
        options?.help ?? "Recorded through swift-metrics; not declared in a catalog."
    }

    /// The unit as the name ends in it.
    var familyUnit: String? { unit.map { String(MetricName.sanitized("_" + $0).dropFirst()) } }
}

extension MetricOptions.Recording {
    func family(_ name: String, _ options: MetricOptions?) -> MetricFamily {
        let help = MetricOptions.help(options)
        let unit = options?.familyUnit
        return switch self {
        case .gauge: MetricFamily(name: name, kind: .gauge, help: help, unit: unit)
        case .histogram(let buckets): MetricFamily(name: name, kind: .histogram, help: help, buckets: buckets, unit: unit)
        case .nativeHistogram(let shape):
            MetricFamily(name: name, kind: .nativeHistogram, help: help, unit: unit, shape: shape)
        case .summary: MetricFamily(name: name, kind: .summary, help: help, unit: unit)
        }
    }
}

extension MetricKind {
    /// The form of the series that a recorder or meter has in a family of this kind.
    var observationForm: ValueForm {
        switch self {
        case .histogram: .histogram
        case .nativeHistogram: .nativeHistogram
        case .summary: .summary
        default: .double
        }
    }
}

extension SegmentWriter {
    /// The family registered under a name, if it is of one of these kinds.
    func family(named name: String, as kinds: [MetricKind]) -> MetricFamily? {
        family(named: name).flatMap { kinds.contains($0.kind) ? $0 : nil }
    }
}

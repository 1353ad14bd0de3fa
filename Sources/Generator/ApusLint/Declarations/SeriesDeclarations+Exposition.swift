public import ApusMetrics
public import ApusPromQL

extension SeriesDeclarations {
    /// Declares what an exporter was seen to serve.
    ///
    /// Types give kinds; samples give labels: those with a value on every sample of a family are certain, others optional. Of a
    /// family without samples the labels are not known. A family that is declared completely stays as it is.
    public mutating func declare(_ served: ExpositionSummary, targetLabels: TargetLabels) {
        for family in served.families.sorted(by: { $0.name < $1.name }) where !isComplete(family.name) {
            declare(
                family.name, kind: family.kind.metricKind, labels: family.sampleCount > 0 ? family.certainLabelNames : nil,
                optional: family.optionalLabelNames, targetLabels: targetLabels)
        }
    }
}

extension ServedKind {
    fileprivate var metricKind: MetricKind? {
        switch self {
        case .counter: .counter
        case .gauge: .gauge
        case .histogram, .gaugeHistogram: .histogram
        case .summary: .summary
        case .info: .info
        case .stateSet: .stateSet
        case .untyped: nil
        }
    }
}

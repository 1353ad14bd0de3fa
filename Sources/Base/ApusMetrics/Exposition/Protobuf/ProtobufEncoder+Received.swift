extension ProtobufEncoder {
    /// Starts a family that somebody else reports.
    package mutating func begin(_ family: ReceivedFamily) {
        let type: UInt64 =
            switch family.kind {
            case .counter: 0
            case .gauge, .info, .stateSet: 1
            case .summary: 2
            case .untyped: 3
            case .histogram: 4
            case .gaugeHistogram: 5
            }
        begin(name: family.name, help: family.help, type: type, unit: family.openMetricsUnit)
    }

    /// Writes one series of the received family that was begun last.
    ///
    /// - Parameter target: rendered labels that stand before the series' own; may be empty.
    package mutating func received(_ series: ReceivedSeries, of family: ReceivedFamily, target: [UInt8]) {
        switch series.value {
        case .integer, .number, .info: number(series, family, target)
        case .stateSet(let states):
            for state in states {
                metric(series, target, field: 2, last: (family.stateLabel, state.name)) { $0.double(1, state.isActive ? 1 : 0) }
            }
        case .summary(let value):
            metric(series, target, field: 4) {
                if let count = value.count { $0.unsigned(1, count) }
                if let sum = value.sum { $0.double(2, sum) }
                for one in value.quantiles {
                    let quantile = $0.open(3)
                    $0.double(1, one.quantile)
                    $0.double(2, one.value)
                    $0.close(quantile)
                }
                $0.timestamp(4, series.created)
            }
        case .histogram(let value):
            metric(series, target, field: 7) {
                $0.classic(value, series)
                $0.timestamp(15, series.created)
            }
        case .exponential(let value):
            metric(series, target, field: 7) { [writesNative] in
                $0.classic(value.classic, series)
                if writesNative { $0.native(NativeFields(value)) }
                $0.timestamp(15, series.created)
                guard writesNative else { return }
                for case let exemplar? in series.exemplars where exemplar.finiteTimestamp != nil { $0.exemplar(16, exemplar) }
            }
        }
    }

    private mutating func number(_ series: ReceivedSeries, _ family: ReceivedFamily, _ target: [UInt8]) {
        let value = series.value.asDouble ?? 0
        switch family.kind {
        case .counter:
            metric(series, target, field: 3) {
                $0.double(1, value)
                if let exemplar = series.exemplars.first ?? nil { $0.exemplar(2, exemplar) }
                $0.timestamp(3, series.created)
            }
        case .untyped: metric(series, target, field: 5) { $0.double(1, value) }
        default: metric(series, target, field: 2) { $0.double(1, value) }
        }
    }

    private mutating func metric(
        _ series: ReceivedSeries, _ target: [UInt8], field: UInt64, last: (name: String, value: String)? = nil,
        _ fields: (inout ProtobufWriter) -> Void
    ) {
        let metric = openMetric()
        writer.labels(target[...])
        writer.labels(series.labels[...])
        if let last { writer.label(last.name, last.value) }
        let value = writer.open(field)
        fields(&writer)
        writer.close(value)
        closeMetric(metric)
    }
}

extension ProtobufWriter {
    /// The count, the sum and the classic buckets of a histogram.
    fileprivate mutating func classic(_ value: ReceivedHistogram, _ series: ReceivedSeries) {
        unsigned(1, value.count)
        if let sum = value.sum { double(2, sum) }
        let bounds = value.bounds + [.infinity]
        for (index, count) in value.cumulativeCounts.enumerated() {
            bucket(count, bounds[index], series.exemplar(ofBucket: index, bounds))
        }
    }
}

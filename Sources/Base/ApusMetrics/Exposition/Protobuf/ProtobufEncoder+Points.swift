extension ProtobufEncoder {
    /// Writes one series of the family that was begun last, whatever its kind.
    ///
    /// A native histogram has classic buckets too, at its shape's ``NativeShape/classicExponents``, for those who do not read native
    /// ones. A value that is not of the family's kind is left out.
    public mutating func point(_ point: Point, of family: MetricFamily) {
        switch (family.kind, point.value) {
        case (.counter, .integer(let value)): counter(point, Double(value))
        case (.counter, .double(let value)): counter(point, value)
        case (.gauge, .integer(let value)): gauge(point, Double(value))
        case (.gauge, .double(let value)): gauge(point, value)
        case (.info, .info): gauge(point, 1)
        case (.stateSet, .stateSet(let active)):
            let label = family.stateLabel
            for (index, state) in family.states.enumerated() {
                gauge(point, index == active ? 1 : 0, last: (label, state))
            }
        case (.summary, .summary(let count, let sum)):
            metric(point, field: 4) {
                $0.unsigned(1, count)
                $0.double(2, sum)
                $0.timestamp(4, point.created)
            }
        case (.histogram, .histogram(let counts, let sum)):
            metric(point, field: 7) {
                let total = counts.reduce(0, &+)
                $0.unsigned(1, total)
                $0.double(2, sum)
                var cumulative: UInt64 = 0
                for (index, bound) in family.buckets.enumerated() {
                    if index < counts.count { cumulative &+= counts[index] }
                    $0.bucket(cumulative, bound, point.exemplar(ofBucket: index, family.buckets))
                }
                $0.bucket(total, .infinity, point.exemplar(ofBucket: family.buckets.count, family.buckets))
                $0.timestamp(15, point.created)
            }
        case (.nativeHistogram, .nativeHistogram(let value)): native(point, value)
        default: break
        }
    }

    private mutating func counter(_ point: Point, _ value: Double) {
        metric(point, field: 3) {
            $0.double(1, value)
            if let exemplar = point.exemplars.first ?? nil { $0.exemplar(2, exemplar) }
            $0.timestamp(3, point.created)
        }
    }

    private mutating func gauge(_ point: Point, _ value: Double, last: (name: String, value: String)? = nil) {
        metric(point, field: 2, last: last) { $0.double(1, value) }
    }

    private mutating func native(_ point: Point, _ value: NativeHistogramValue) {
        bounds.use(value.shape)
        let (bounds, writesNative) = (bounds.values, writesNative)
        metric(point, field: 7) {
            $0.unsigned(1, value.count)
            $0.double(2, value.sum)
            for (index, count) in value.classicCounts.enumerated() {
                $0.bucket(count, bounds[index], point.exemplar(ofBucket: index, bounds))
            }
            if writesNative { $0.native(NativeFields(value)) }
            $0.timestamp(15, point.created)
            guard writesNative else { return }
            for case let exemplar? in point.exemplars where exemplar.finiteTimestamp != nil { $0.exemplar(16, exemplar) }
        }
    }

    /// One metric: its labels, and a message that holds its value.
    private mutating func metric(
        _ point: Point, field: UInt64, last: (name: String, value: String)? = nil, _ fields: (inout ProtobufWriter) -> Void
    ) {
        let metric = openMetric()
        writer.labels(point.labels[...])
        if let last { writer.label(last.name, last.value) }
        let value = writer.open(field)
        fields(&writer)
        writer.close(value)
        closeMetric(metric)
    }
}

extension ProtobufWriter {
    /// A classic bucket.
    mutating func bucket(_ cumulative: UInt64, _ bound: Double, _ exemplar: Exemplar?) {
        let bucket = open(3)
        unsigned(1, cumulative)
        double(2, bound)
        if let exemplar { self.exemplar(3, exemplar) }
        close(bucket)
    }

    /// The native buckets of a histogram.
    mutating func native(_ value: NativeFields) {
        zigzag(5, Int64(value.schema))
        double(6, value.zeroThreshold)
        unsigned(7, value.zeroCount)
        buckets(value.negative, spans: 9, deltas: 10)
        buckets(value.positive, spans: 12, deltas: 13)
        // What has no bucket in use could be taken for a classic histogram: a span of no length says that it is none.
        if value.zeroCount == 0 && value.negative.counts.isEmpty && value.positive.counts.isEmpty { span(12, 0, 0) }
    }

    /// Native buckets of one side: each count as its difference from the one before.
    mutating func buckets(_ buckets: SparseBuckets, spans: UInt64, deltas: UInt64) {
        for (offset, length) in buckets.spans { span(spans, offset, length) }
        var before: UInt64 = 0
        for count in buckets.counts {
            zigzag(deltas, Int64(bitPattern: count &- before))
            before = count
        }
    }

    mutating func span(_ field: UInt64, _ offset: Int, _ length: Int) {
        let span = open(field)
        zigzag(1, Int64(offset))
        unsigned(2, UInt64(length))
        close(span)
    }

    /// An exemplar; one that Prometheus would refuse for its length is left out.
    mutating func exemplar(_ field: UInt64, _ exemplar: Exemplar) {
        guard exemplar.isWithinLimit else { return }
        let message = open(field)
        labels(exemplar.labels[...])
        double(2, exemplar.value)
        timestamp(3, exemplar.timestamp)
        close(message)
    }

    /// A message `google.protobuf.Timestamp`, when there is a time that it can hold: from year 1 to 9999, in nanoseconds.
    mutating func timestamp(_ field: UInt64, _ seconds: Double?) {
        guard let seconds, seconds >= -62_135_596_800, seconds < 253_402_300_800 else { return }
        var whole = seconds.rounded(.down)
        var nanoseconds = ((seconds - whole) * 1e9).rounded(.toNearestOrEven)
        if nanoseconds >= 1e9 {
            whole += 1
            nanoseconds = 0
        }
        let timestamp = open(field)
        if whole != 0 { signed(1, Int64(whole)) }
        if nanoseconds != 0 { signed(2, Int64(nanoseconds)) }
        close(timestamp)
    }
}

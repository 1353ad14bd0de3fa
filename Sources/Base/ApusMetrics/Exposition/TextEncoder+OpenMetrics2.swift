/// What OpenMetrics 2.0 (https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/, 2.0.0-rc0) has on one line: composite values,
/// start times and exemplars.
extension TextEncoder {
    /// A histogram: native buckets when it has such, and classic ones, which a reader may prefer or skip.
    mutating func composite(
        _ point: Point, _ family: MetricFamily, _ counts: [UInt64], _ sum: Double, native: NativeHistogramValue?
    ) {
        open(family.name, point.labels)
        composite(counts, sum, native: native.map(NativeFields.init))
        startTime(point.finiteCreated)
        for case let exemplar? in point.exemplars { self.exemplar(exemplar) }
        newline()
    }

    /// The value of a histogram whose buckets have the bounds of ``bounds``.
    mutating func composite(_ counts: [UInt64], _ sum: Double, native: NativeFields?) {
        beginComposite(counts.last ?? 0, sum)
        if let native { self.native(native) }
        field("bucket")
        bytes.append(UInt8(ascii: "["))
        for (index, count) in counts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: bounds.text(index))
            bytes.append(UInt8(ascii: ":"))
            NumberText.append(count, to: &bytes)
        }
        bytes.append(contentsOf: "]}".utf8)
    }

    /// A summary without quantiles; its list of them is there and empty.
    mutating func composite(_ point: Point, _ family: MetricFamily, summaryOf count: UInt64, _ sum: Double) {
        open(family.name, point.labels)
        beginComposite(count, sum)
        bytes.append(contentsOf: ",quantile:[]}".utf8)
        startTime(point.finiteCreated)
        newline()
    }

    /// ` st@` and the beginning of the count, when it is known.
    mutating func startTime(_ created: Double?) {
        guard let created else { return }
        bytes.append(contentsOf: " st@".utf8)
        NumberText.append(created, to: &bytes)
    }

    /// An exemplar at the end of its line, in either version of OpenMetrics; one that the version forbids is left out: in 1.0 with
    /// too long labels or below no type, in 2.0 without a time. Text 0.0.4 has none.
    mutating func exemplar(_ exemplar: Exemplar) {
        switch format {
        case .openMetrics100: guard exemplar.isWithinLimit, !isUntyped else { return }
        case .openMetrics200: guard exemplar.finiteTimestamp != nil else { return }
        case .text004, .protobuf: return
        }
        bytes.append(contentsOf: " # {".utf8)
        bytes.append(contentsOf: exemplar.labels)
        bytes.append(contentsOf: "} ".utf8)
        NumberText.append(exemplar.value, to: &bytes)
        guard let timestamp = exemplar.finiteTimestamp else { return }
        bytes.append(UInt8(ascii: " "))
        NumberText.append(timestamp, to: &bytes)
    }

    mutating func beginComposite(_ count: UInt64, _ sum: Double) {
        bytes.append(contentsOf: "{count:".utf8)
        NumberText.append(count, to: &bytes)
        field("sum")
        NumberText.append(sum, to: &bytes)
    }

    private mutating func native(_ value: NativeFields) {
        field("schema")
        if value.schema < 0 { bytes.append(UInt8(ascii: "-")) }
        NumberText.append(UInt64(value.schema.magnitude), to: &bytes)
        field("zero_threshold")
        NumberText.append(value.zeroThreshold, to: &bytes)
        field("zero_count")
        NumberText.append(value.zeroCount, to: &bytes)
        buckets(value.negative, spans: "negative_spans", counts: "negative_buckets")
        buckets(value.positive, spans: "positive_spans", counts: "positive_buckets")
    }

    /// One side's buckets; a side without any is left out.
    private mutating func buckets(_ buckets: SparseBuckets, spans: String, counts: String) {
        guard !buckets.counts.isEmpty else { return }
        field(spans)
        bytes.append(UInt8(ascii: "["))
        for (index, span) in buckets.spans.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if span.offset < 0 { bytes.append(UInt8(ascii: "-")) }
            NumberText.append(UInt64(span.offset.magnitude), to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            NumberText.append(UInt64(span.length), to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
        field(counts)
        bytes.append(UInt8(ascii: "["))
        for (index, count) in buckets.counts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            NumberText.append(count, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func field(_ name: String) {
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: ":"))
    }
}

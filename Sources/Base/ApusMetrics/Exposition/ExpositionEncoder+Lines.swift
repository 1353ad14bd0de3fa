extension ExpositionEncoder {
    /// Whether series of a family can be written by ``lines(_:labels:ends:_:values:)``: lines with nothing but a number. What has
    /// more to say (exemplars, start times, a format of its own) goes by ``point(_:of:)``.
    public func writesLines(of family: MetricFamily) -> Bool {
        switch format {
        case .text004: true
        case .openMetrics100:
            !family.keepsExemplars && (family.kind == .gauge || !writesCreated) && !family.buckets.contains { $0 < 0 }
        case .openMetrics200: family.kind == .gauge
        case .protobuf: false
        }
    }

    /// See ``TextEncoder/lines(_:labels:ends:_:values:)``; nothing in protobuf.
    public mutating func lines(
        _ template: LineTemplate, labels: [UInt8], ends: [UInt32], _ lines: Range<Int>, values: [UInt64]
    ) {
        text.lines(template, labels: labels, ends: ends, lines, values: values)
    }
}

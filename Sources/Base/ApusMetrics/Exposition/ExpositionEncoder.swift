/// Writes an exposition in the format that was negotiated: text by ``TextEncoder``, protobuf by ``ProtobufEncoder``.
///
/// The caller brings families one by one, each with all its series, and ends with ``finish()``. Between two series it may take
/// ``bytes`` and call ``removeAll(keepingCapacity:)``, so that an exposition of any size needs little memory.
public struct ExpositionEncoder: Sendable {
    public let format: ExpositionFormat
    /// The one that is used for each text format.
    package var text: TextEncoder
    /// The one that is used for protobuf.
    package var protobuf: ProtobufEncoder

    public init(format: ExpositionFormat, reservingCapacity capacity: Int = 0) {
        self.format = format
        text = TextEncoder(format: format, reservingCapacity: format == .protobuf ? 0 : capacity)
        protobuf = ProtobufEncoder(reservingCapacity: format == .protobuf ? capacity : 0)
    }

    /// What has been written since the bytes were taken last: whole lines, or whole messages.
    public var bytes: [UInt8] { format == .protobuf ? protobuf.bytes : text.bytes }

    /// Whether OpenMetrics 1.0 has `_created` series; the newer formats tell the beginning of a count beside it always.
    public var writesCreated: Bool {
        get { text.writesCreated }
        set { text.writesCreated = newValue }
    }

    /// Whether native histograms have their native buckets in protobuf (``ProtobufEncoder/writesNative``).
    package var writesNative: Bool {
        get { protobuf.writesNative }
        set { protobuf.writesNative = newValue }
    }

    /// Starts a family.
    public mutating func begin(_ family: MetricFamily) {
        if format == .protobuf { protobuf.begin(family) } else { text.begin(family) }
    }

    /// Starts a family.
    ///
    /// - Parameter withoutType: whether OpenMetrics 1.0 has it under its whole name and without its type, as another family has its short
    ///   name there.
    package mutating func begin(_ family: MetricFamily, withoutType: Bool) {
        if format == .protobuf { protobuf.begin(family) } else { text.begin(family, withoutType: withoutType) }
    }

    /// One series of the family that was begun last, whatever its kind.
    public mutating func point(_ point: Point, of family: MetricFamily) {
        if format == .protobuf { protobuf.point(point, of: family) } else { text.point(point, of: family) }
    }

    /// One series of the counter or gauge `name` that was begun last, with labels rendered on the spot.
    public mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        if format == .protobuf { protobuf.sample(labels, value) } else { text.sample(name, labels, value) }
    }

    /// A counter or gauge with one series for each element; nothing without one.
    public mutating func family<Labels>(
        _ declaration: some MetricDeclaration<Labels>, _ samples: [(labels: Labels, value: Double)],
        target: [(String, String)] = []
    ) {
        guard !samples.isEmpty else { return }
        begin(declaration.family)
        for (labels, value) in samples { sample(declaration.name, target + labels.pairs, value) }
    }

    /// A counter or gauge with the one series that has no labels.
    public mutating func family(_ declaration: some MetricDeclaration<NoLabels>, _ value: Double) {
        family(declaration, [(NoLabels(), value)])
    }

    /// Writes the end of the exposition: `# EOF` in OpenMetrics. A second call does nothing.
    public mutating func finish() {
        if format == .protobuf { protobuf.finish() } else { text.finish() }
    }

    /// Forgets the bytes so far, which the caller has taken, and goes on where the exposition stands.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        if format == .protobuf {
            protobuf.removeAll(keepingCapacity: keepingCapacity)
        } else {
            text.removeAll(keepingCapacity: keepingCapacity)
        }
    }
}

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

    /// Writes lines with nothing but a number, as ``TextEncoder/lines(_:labels:ends:_:values:)`` does; nothing in protobuf.
    public mutating func lines(
        _ template: LineTemplate, labels: [UInt8], ends: [UInt32], _ lines: Range<Int>, values: [UInt64]
    ) {
        text.lines(template, labels: labels, ends: ends, lines, values: values)
    }

    /// Whether series of a family can be written by ``metrics(_:labels:ends:_:values:starts:)``. What keeps exemplars goes by
    /// ``point(_:of:)``.
    public func writesMetrics(of family: MetricFamily) -> Bool { format == .protobuf && !family.keepsExemplars }

    /// Writes messages of one shape, as ``ProtobufEncoder/metrics(_:labels:ends:_:values:starts:)`` does; nothing in text.
    public mutating func metrics(
        _ template: MetricTemplate, labels: [UInt8], ends: [UInt32], _ series: Range<Int>, values: [UInt64],
        starts: [UInt64]
    ) {
        guard format == .protobuf else { return }
        protobuf.metrics(template, labels: labels, ends: ends, series, values: values, starts: starts)
    }
}

extension ExpositionEncoder {
    /// Starts a family that somebody else reports.
    package mutating func begin(_ family: ReceivedFamily) {
        if format == .protobuf { protobuf.begin(family) } else { text.begin(family) }
    }

    /// Writes one series of the received family that was begun last.
    ///
    /// - Parameter target: rendered labels that stand before the series' own, such as `service` and `instance`; may be empty.
    package mutating func received(_ series: ReceivedSeries, of family: ReceivedFamily, target: [UInt8]) {
        if format == .protobuf {
            protobuf.received(series, of: family, target: target)
        } else {
            text.received(series, of: family, target: target)
        }
    }
}

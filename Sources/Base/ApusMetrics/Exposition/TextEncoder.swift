/// Writes the text formats of Prometheus: 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format), OpenMetrics 1.0
/// (https://prometheus.io/docs/specs/om/open_metrics_spec/) and OpenMetrics 2.0
/// (https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/).
///
/// The caller brings families one by one, each with all its samples (text consumers take a family that comes back as an error),
/// and ends with ``finish()``. A series' prefix (name and labels up to the value) is rendered once with
/// ``prefix(_:suffix:labels:)`` and kept by its owner, so that writing a sample copies bytes and formats one number. It is the
/// same in every format, but for histograms and summaries in OpenMetrics 2.0, which only ``point(_:of:)`` writes.
public struct TextEncoder: Sendable {
    /// The `Content-Type` of the format 0.0.4; that of another is ``ExpositionFormat/contentType``.
    public static let contentType = ExpositionFormat.text004.contentType

    public let format: ExpositionFormat
    public internal(set) var bytes: [UInt8] = []
    private var finished = false
    /// Whether OpenMetrics 1.0 has a `_created` series for each counter, histogram and summary whose beginning is known; Prometheus
    /// stores them as series of their own.
    public var writesCreated = false
    /// Whether the family that has begun last has no type in this format, OpenMetrics 1.0: neither start times nor exemplars may stand
    /// below it.
    private(set) var isUntyped = false
    /// The bucket bounds of the family whose points are written.
    var bounds = BucketBounds()

    /// - Parameter format: a text format; for protobuf, which ``ProtobufEncoder`` writes, this one writes text 0.0.4.
    public init(format: ExpositionFormat = .text004, reservingCapacity capacity: Int = 0) {
        self.format = format == .protobuf ? .text004 : format
        bytes.reserveCapacity(capacity)
    }

    /// Starts a family: its HELP and TYPE lines, in OpenMetrics TYPE, UNIT (when the name has one) and HELP.
    public mutating func begin(_ family: MetricFamily) { begin(family, withoutType: false) }

    /// Starts a family.
    ///
    /// - Parameter withoutType: whether OpenMetrics 1.0 has it under its whole name and without its type, as another family has its short
    ///   name there.
    package mutating func begin(_ family: MetricFamily, withoutType: Bool) {
        switch format {
        case .text004, .protobuf:
            metadata("HELP", family.name, help: family.help)
            metadata("TYPE", family.name, family.kind.textTypeName)
        case .openMetrics100:
            let name = withoutType ? family.name : family.openMetricsName
            let type = withoutType ? MetricFamily.unknownTypeName : family.openMetricsTypeName
            note(type: type)
            metadata("TYPE", name, type)
            if let unit = family.unit, !withoutType { metadata("UNIT", name, unit) }
            metadata("HELP", name, help: family.help)
        case .openMetrics200:
            metadata("TYPE", family.name, family.openMetrics2TypeName)
            if let unit = family.unit { metadata("UNIT", family.name, unit) }
            metadata("HELP", family.name, help: family.help)
        }
    }

    /// Forgets the bytes so far, which the caller has taken, and goes on where the exposition stands.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
    }

    /// Writes the end of the exposition: `# EOF` in OpenMetrics, nothing in text. A second call does nothing.
    public mutating func finish() {
        guard !finished else { return }
        finished = true
        if format != .text004 { bytes.append(contentsOf: "# EOF\n".utf8) }
    }

    /// A series up to its value: `name{labels} `, or `name ` without labels.
    ///
    /// - Parameters:
    ///   - name: the family's name.
    ///   - suffix: `_bucket`, `_sum`, `_count` or nothing.
    ///   - labels: rendered labels (``LabelBytes``), without braces.
    public static func prefix(_ name: String, suffix: String = "", labels: [UInt8]) -> [UInt8] {
        var bytes = Array(name.utf8)
        bytes.append(contentsOf: suffix.utf8)
        if !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes.append(contentsOf: labels)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        return bytes
    }

    /// One sample from a prefix that its owner keeps.
    public mutating func sample(prefix: [UInt8], _ value: Double) {
        bytes.append(contentsOf: prefix)
        NumberText.append(value, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// One sample with an exact whole number.
    public mutating func sample(prefix: [UInt8], _ value: UInt64) {
        bytes.append(contentsOf: prefix)
        NumberText.append(value, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// One sample with labels rendered on the spot.
    public mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        sample(prefix: Self.prefix(name, labels: LabelBytes.render(labels)), value)
    }

    /// A family with one series for each element.
    public mutating func family<Labels>(
        _ declaration: some MetricDeclaration<Labels>, _ samples: [(labels: Labels, value: Double)],
        target: [(String, String)] = []
    ) {
        guard !samples.isEmpty else { return }
        begin(declaration.family)
        for (labels, value) in samples { sample(declaration.name, target + labels.pairs, value) }
    }

    /// A family with the one series that has no labels.
    public mutating func family(_ declaration: some MetricDeclaration<NoLabels>, _ value: Double) {
        family(declaration, [(NoLabels(), value)])
    }

    /// Takes note of the type of a family that begins in OpenMetrics 1.0.
    mutating func note(type: String) { isUntyped = type == MetricFamily.unknownTypeName }

    mutating func metadata(_ keyword: String, _ name: String, _ text: String) {
        openMetadata(keyword, name)
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func metadata(_ keyword: String, _ name: String, help: String) {
        openMetadata(keyword, name)
        for byte in help.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\"") where format != .text004: bytes.append(contentsOf: "\\\"".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func openMetadata(_ keyword: String, _ name: String) {
        bytes.append(contentsOf: "# ".utf8)
        bytes.append(contentsOf: keyword.utf8)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: " "))
    }
}

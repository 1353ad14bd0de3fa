/// Writes the Prometheus text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
///
/// The caller brings families one by one, each with all its samples: text consumers take a family that comes back as an error.
/// A series' prefix (name and labels up to the value) is rendered once with ``prefix(_:suffix:labels:)`` and kept by its owner,
/// so that writing a sample copies bytes and formats one number.
public struct TextEncoder: Sendable {
    /// The `Content-Type` of what this writes.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    public private(set) var bytes: [UInt8] = []

    public init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// Starts a family: its HELP and TYPE lines.
    public mutating func begin(_ family: MetricFamily) {
        bytes.append(contentsOf: "# HELP ".utf8)
        bytes.append(contentsOf: family.name.utf8)
        bytes.append(UInt8(ascii: " "))
        for byte in family.help.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(contentsOf: "\n# TYPE ".utf8)
        bytes.append(contentsOf: family.name.utf8)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: family.kind.typeName.utf8)
        bytes.append(UInt8(ascii: "\n"))
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
}

public import ApusMetrics

/// A text with the labels and the value of a query's result in it; only labels of the query's keys compile.
///
/// ```swift
/// let text: LabelText<TargetKey> = "\(.instance) uses \(value: .decimals(1)) % of a core."
/// ```
public struct LabelText<Key: LabelKey>: ExpressibleByStringInterpolation, Sendable {
    package let parts: [TextPart]

    public init(stringLiteral value: String) {
        parts = [.text(value)]
    }

    public init(stringInterpolation: StringInterpolation) {
        parts = stringInterpolation.parts
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [TextPart] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.text(literal)) }
        }

        /// Inserts the value of a label.
        public mutating func appendInterpolation(_ key: Key) {
            parts.append(.label(key.rawValue))
        }

        /// Inserts the value of a label, or a text where the series lacks it or has it empty.
        public mutating func appendInterpolation(_ key: Key, or text: String) {
            parts.append(.optionalLabel(key.rawValue, otherwise: text))
        }

        /// Inserts the value of a label between two texts, or nothing where the series lacks it or has it empty.
        public mutating func appendInterpolation(_ key: Key, after opening: String, before closing: String) {
            parts.append(.enclosedLabel(key.rawValue, after: opening, before: closing))
        }

        /// Inserts another text.
        public mutating func appendInterpolation(_ text: LabelText) {
            parts += text.parts.filter { $0 != .text("") }
        }

        /// Inserts the value of the series, written for people.
        public mutating func appendInterpolation(value format: ValueFormat) {
            parts.append(.value(format))
        }

        /// Inserts the limit of an alert, written as the values beside it are.
        public mutating func appendInterpolation(_ limit: Threshold) {
            parts.append(.limit(limit))
        }

        /// Inserts a text that is known when generating.
        public mutating func appendInterpolation(text: String) {
            parts.append(.text(text))
        }
    }
}

/// A piece of a ``LabelText``, without the type of its keys.
public enum TextPart: Hashable, Sendable {
    case text(String)
    case label(String)
    /// The value of a label, or a text where that is empty.
    case optionalLabel(String, otherwise: String)
    /// The value of a label between two texts, or nothing where that is empty.
    case enclosedLabel(String, after: String, before: String)
    case value(ValueFormat)
    /// A limit, which is known when generating.
    case limit(Threshold)
}

/// How an annotation writes a value
/// (https://prometheus.io/docs/prometheus/2.42/configuration/template_reference/#numbers).
public enum ValueFormat: Hashable, Sendable {
    /// A number with so many digits after the point.
    case decimals(Int)
    /// A ratio in percent, with its sign.
    case percentage
    /// A number of bytes with a binary prefix: `512MiB`.
    case bytes
    /// A number of seconds with its usual units: `1h 2m 3s`.
    case duration
}

package import ApusMetrics

/// A text with the labels and the value of a query's result in it; only labels of the query's keys compile.
///
/// ```swift
/// let text: LabelText<TargetKey> = "\(.instance) uses \(value: .decimals(1)) % of a core."
/// ```
package struct LabelText<Key: LabelKey>: ExpressibleByStringInterpolation {
    let parts: [TextPart]

    package init(stringLiteral value: String) {
        parts = [.text(value)]
    }

    package init(stringInterpolation: StringInterpolation) {
        parts = stringInterpolation.parts
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [TextPart] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.text(literal)) }
        }

        /// The label's value.
        package mutating func appendInterpolation(_ key: Key) {
            parts.append(.label(key.rawValue))
        }

        /// The value of the series, written for people.
        package mutating func appendInterpolation(value format: ValueFormat) {
            parts.append(.value(format))
        }

        /// Text that is known when generating.
        package mutating func appendInterpolation(text: String) {
            parts.append(.text(text))
        }
    }
}

/// A piece of a ``LabelText``, without the type of its keys.
package enum TextPart: Hashable {
    case text(String)
    case label(String)
    case value(ValueFormat)
}

extension [TextPart] {
    /// As a template of Prometheus' annotations.
    var ruleTemplate: String {
        map { part in
            switch part {
            case .text(let text): text
            case .label(let name): "{{ $labels.\(name) }}"
            case .value(let format): "{{ $value | \(format.templateFunction) }}"
            }
        }.joined()
    }

    /// What Prometheus makes of the template for a series.
    func rendered(labels: [String: String], value: Double) -> String {
        map { part in
            switch part {
            case .text(let text): text
            case .label(let name): labels[name] ?? ""
            case .value(let format): format.rendered(value)
            }
        }.joined()
    }

    var labelNames: [String] {
        compactMap { if case .label(let name) = $0 { name } else { nil } }
    }
}

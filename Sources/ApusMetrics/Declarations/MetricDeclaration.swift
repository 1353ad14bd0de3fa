/// A metric, declared once: what records it, what exports it and what queries it refer to this value.
public protocol MetricDeclaration<Labels>: Sendable {
    associatedtype Labels: LabelSet

    /// Name, kind, help and labels.
    var family: MetricFamily { get }
}

extension MetricDeclaration {
    public var name: String { family.name }
}

/// A count that only rises, or starts again from zero with its process.
public struct Counter<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: ends in `_total`; base units (`_seconds_total`, `_bytes_total`).
    ///   - help: one sentence for people.
    public init(_ name: String, _ help: String) {
        family = MetricFamily(name: name, kind: .counter, help: help, labelNames: Labels.labelNames)
    }
}

/// A value that can rise and fall.
public struct Gauge<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit (`_bytes`, `_seconds`, `_ratio`) and without `_total`.
    ///   - help: one sentence for people.
    public init(_ name: String, _ help: String) {
        family = MetricFamily(name: name, kind: .gauge, help: help, labelNames: Labels.labelNames)
    }
}

/// A distribution, counted in buckets with fixed upper bounds.
public struct Histogram<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit.
    ///   - help: one sentence for people.
    ///   - buckets: upper bounds, inclusive, ascending, in the unit of the name; `+Inf` is added.
    public init(_ name: String, _ help: String, buckets: [Double] = defaultDurationBuckets) {
        family = MetricFamily(name: name, kind: .histogram, help: help, labelNames: Labels.labelNames, buckets: buckets)
    }
}

/// Bounds for durations in seconds, from a millisecond to ten seconds: those of the Prometheus clients, and one below.
public let defaultDurationBuckets: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

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
    ///   - unit: what the name ends in before `_total`; only needed for a unit that is not a usual one.
    ///   - exemplars: whether a series keeps the last exemplar that an increment came with.
    public init(_ name: String, _ help: String, unit: String? = nil, exemplars: Bool = false) {
        family = MetricFamily(
            name: name, kind: .counter, help: help, labelNames: Labels.labelNames, unit: unit, keepsExemplars: exemplars)
    }
}

/// A value that can rise and fall.
public struct Gauge<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit (`_bytes`, `_seconds`, `_ratio`) and without `_total`.
    ///   - help: one sentence for people.
    ///   - unit: what the name ends in; only needed for a unit that is not a usual one.
    public init(_ name: String, _ help: String, unit: String? = nil) {
        family = MetricFamily(name: name, kind: .gauge, help: help, labelNames: Labels.labelNames, unit: unit)
    }
}

/// A metric that tells which of a few states something is in.
///
/// ```swift
/// enum BreakerState: String, CaseIterable { case closed, open, halfOpen = "half_open" }
/// let breaker = StateSet<BreakerState, ChannelLabels>("breaker_state", "State of a channel's circuit breaker.")
/// ```
///
/// It is served as a series for each state, which is 1 for the one that holds and 0 for the others, with a label that is called as the
/// family is.
public struct StateSet<State, Labels: LabelSet>: MetricDeclaration
where State: CaseIterable & RawRepresentable<String> & Hashable & Sendable {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: without a unit.
    ///   - help: one sentence for people.
    public init(_ name: String, _ help: String) {
        family = MetricFamily(
            name: name, kind: .stateSet, help: help, labelNames: Labels.labelNames, states: State.allCases.map(\.rawValue))
    }
}

/// Facts of the process that do not change while it runs, such as its version: a series whose value is always 1 and whose labels are
/// what it says.
public struct Info<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: ends in `_info`.
    ///   - help: one sentence for people.
    public init(_ name: String, _ help: String) {
        family = MetricFamily(name: name, kind: .info, help: help, labelNames: Labels.labelNames)
    }
}

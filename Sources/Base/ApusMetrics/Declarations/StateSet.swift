/// Which of a few states something is in.
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

public import ApusMetrics

/// Alerts that say nothing new while others fire, so that nobody is told of them: an inhibition of Alertmanager.
///
/// ```swift
/// Inhibition(of: [.basketsPileUp], while: [.instanceDown, .serviceAbsent], equal: [TargetKey.service])
/// ```
public struct Inhibition: Hashable, Sendable {
    /// The alerts that nobody is told of.
    public let targets: [AlertName]
    /// The alerts of which one must fire.
    public let sources: [AlertName]
    /// The names of the labels that both must agree in; one that neither has counts as equal.
    public let labels: [String]
    /// The place of the declaration.
    public let place: SourcePlace

    private init(_ targets: [AlertName], _ sources: [AlertName], _ labels: [String], _ place: SourcePlace) {
        self.targets = targets
        self.sources = sources
        self.labels = labels
        self.place = place
    }

    /// Silences alerts while others fire that have the same values of some labels.
    public init<Key: LabelKey>(
        of targets: [AlertName], while sources: [AlertName], equal keys: [Key], fileID: String = #fileID, line: Int = #line
    ) {
        self.init(targets, sources, keys.map(\.rawValue), SourcePlace(fileID: fileID, line: line))
    }

    /// Silences alerts while others fire, whatever labels they have.
    public init(of targets: [AlertName], while sources: [AlertName], fileID: String = #fileID, line: Int = #line) {
        self.init(targets, sources, [], SourcePlace(fileID: fileID, line: line))
    }

    /// Makes an inhibition that silences more alerts than this one, while the same others fire.
    package func adding(_ more: [AlertName]) -> Self { Self(targets + more, sources, labels, place) }
}

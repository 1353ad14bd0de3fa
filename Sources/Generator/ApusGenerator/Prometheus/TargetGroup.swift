import ApusFiles
import ApusTopology
import Yams

/// Targets with the same labels, as they stand in the configuration and in the files of targets.
struct TargetGroup {
    let targets: [String]
    /// Added to what the targets' series lack; nil for none.
    let labels: OrderedMapping?
    /// What they follow from; not written.
    let place: SourcePlace?

    init(targets: [String], labels: OrderedMapping?, place: SourcePlace? = nil) {
        self.targets = targets
        self.labels = labels
        self.place = place
    }

    fileprivate var yaml: YAMLValue {
        .present([("targets", .strings(targets)), ("labels", labels.map { .strings($0.pairs) })])
    }
}

/// Groups in their order.
struct TargetGroups: YAMLEncodable {
    let groups: [TargetGroup]

    init(_ groups: [TargetGroup]) { self.groups = groups }

    /// - Parameter path: of the sequence in its document.
    func origins(at path: [String]) -> [FileOrigin] {
        groups.enumerated().compactMap { index, group in
            group.place.map { FileOrigin(.element(path + [String(index)]), $0) }
        }
    }

    private var yaml: YAMLValue { .list(groups.map(\.yaml)) }

    func box() -> Node { yaml.box() }

    /// For encoders that know no nodes.
    func encode(to encoder: any Encoder) throws { try yaml.encode(to: encoder) }
}

import ApusTopology
import Yams

/// Targets with the same labels, as they stand in the configuration and in the files of targets.
struct TargetGroup: Encodable {
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

    private enum CodingKeys: CodingKey { case targets, labels }

    fileprivate var node: Node {
        let targets = (Node("targets"), Node(self.targets.map { $0.box() }))
        guard let labels else { return Node([targets]) }
        return Node([targets, (Node("labels"), Node(labels.pairs.map { (Node($0.0), $0.1.box()) }))])
    }
}

/// Groups in their order, as a node of its own making: the encoder copies a sequence with each element that it appends, which takes
/// minutes for ten thousand.
struct TargetGroups: YAMLEncodable {
    let groups: [TargetGroup]

    init(_ groups: [TargetGroup]) { self.groups = groups }

    /// - Parameter path: of the sequence in its document.
    func origins(at path: [String]) -> [FileOrigin] {
        groups.enumerated().compactMap { index, group in
            group.place.map { FileOrigin(.element(path + [String(index)]), $0) }
        }
    }

    func box() -> Node { Node(groups.map(\.node)) }

    /// For encoders that know no nodes.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(groups)
    }
}

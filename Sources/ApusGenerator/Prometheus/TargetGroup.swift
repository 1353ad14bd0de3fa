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

    fileprivate func node(_ tags: Tags) -> Node {
        let targets = (tags.text("targets"), Node(self.targets.map(tags.value), tags.sequence))
        guard let labels else { return Node([targets], tags.mapping) }
        let labelled = Node(labels.pairs.map { (tags.text($0.0), tags.value($0.1)) }, tags.mapping)
        return Node([targets, (tags.text("labels"), labelled)], tags.mapping)
    }

}

/// Nodes whose tags are shared: each tag of its own has tables of its own.
private final class Tags {
    let string = Tag(.str)
    let sequence = Tag(.seq)
    let mapping = Tag(.map)
    /// What Yams made of texts that are in many groups, such as a service's name.
    private var made: [String: Node] = [:]

    /// A string that nothing reads as another type, told so: Yams would try its regular expressions on it.
    func text(_ text: String) -> Node { Node(text, string) }

    func value(_ text: String) -> Node {
        if isSurelyText(text) { return self.text(text) }
        if let node = made[text] { return node }
        let node = text.box()
        made[text] = node
        return node
    }

    /// Names with a hyphen and addresses with dots: no number, word or time of YAML looks like that. Of others, Yams knows better.
    private func isSurelyText(_ string: String) -> Bool {
        guard let first = string.utf8.first else { return false }
        let isName = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) && string.utf8.contains(UInt8(ascii: "-"))
        return isName || string.utf8.count { $0 == UInt8(ascii: ".") } > 1
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

    func box() -> Node {
        let tags = Tags()
        return Node(groups.map { $0.node(tags) }, tags.sequence)
    }

    /// For encoders that know no nodes.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(groups)
    }
}

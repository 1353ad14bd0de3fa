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
        let targets = (Self.text("targets"), Node(self.targets.map(Self.value)))
        guard let labels else { return Node([targets]) }
        return Node([targets, (Self.text("labels"), Node(labels.pairs.map { (Self.text($0.0), Self.value($0.1)) }))])
    }

    /// A string that nothing reads as another type, told so: Yams would try its regular expressions on it.
    private static func text(_ string: String) -> Node { Node(string, Tag(.str)) }

    private static func value(_ string: String) -> Node { isSurelyText(string) ? text(string) : string.box() }

    /// Names with a hyphen and addresses with dots: no number, word or time of YAML looks like that. Of others, Yams knows better.
    private static func isSurelyText(_ string: String) -> Bool {
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

    func box() -> Node { Node(groups.map(\.node)) }

    /// For encoders that know no nodes.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(groups)
    }
}

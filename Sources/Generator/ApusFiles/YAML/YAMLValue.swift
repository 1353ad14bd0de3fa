package import Yams

/// A piece of YAML whose mappings keep their order, for documents of many small objects: Kubernetes' manifests, targets, rule tests.
///
/// It makes its nodes by itself: the encoder makes a box and looks through regular expressions for each text, and copies a sequence
/// with each element that it appends, which takes minutes for ten thousand.
package enum YAMLValue {
    case string(String)
    case integer(Int)
    case number(Double)
    case bool(Bool)
    case list([YAMLValue])
    case mapping([(String, YAMLValue)])

    package static func strings(_ texts: [String]) -> YAMLValue { .list(texts.map(YAMLValue.string)) }

    /// A mapping without the pairs that have no value.
    package static func present(_ pairs: [(String, YAMLValue?)]) -> YAMLValue {
        .mapping(pairs.compactMap { pair in pair.1.map { (pair.0, $0) } })
    }

    /// A mapping of strings.
    package static func strings(_ pairs: [(String, String)]) -> YAMLValue { .mapping(pairs.map { ($0.0, .string($0.1)) }) }
}

extension YAMLValue: YAMLEncodable {
    package func box() -> Node { node(YAMLNodes()) }

    private func node(_ nodes: YAMLNodes) -> Node {
        switch self {
        case .string(let value): nodes.value(value)
        case .integer(let value): value.box()
        case .number(let value): value.box()
        case .bool(let value): value.box()
        case .list(let values): Node(values.map { $0.node(nodes) }, nodes.sequence)
        case .mapping(let pairs): Node(pairs.map { (nodes.text($0.0), $0.1.node(nodes)) }, nodes.mapping)
        }
    }

    /// For encoders that know no nodes.
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .string(let value): try encode(value, to: encoder)
        case .integer(let value): try encode(value, to: encoder)
        case .number(let value): try encode(value, to: encoder)
        case .bool(let value): try encode(value, to: encoder)
        case .list(let values): try values.encode(to: encoder)
        case .mapping(let pairs): try OrderedEntries(pairs).encode(to: encoder)
        }
    }

    private func encode(_ value: some Encodable, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}

extension YAMLValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension YAMLValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: YAMLValue...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, YAMLValue)...) { self = .mapping(elements) }
}

/// Nodes whose tags are shared: each tag of its own has tables of its own.
private final class YAMLNodes {
    let sequence = Tag(.seq)
    let mapping = Tag(.map)
    private let string = Tag(.str)
    /// What Yams made of texts that stand in many places, such as a service's name.
    private var made: [String: Node] = [:]

    /// A string that nothing reads as another type, told so: Yams would try its regular expressions on it.
    func text(_ text: String) -> Node { Node(text, string) }

    func value(_ text: String) -> Node {
        if Self.isSurelyText(text) { return self.text(text) }
        if let node = made[text] { return node }
        let node = text.box()
        made[text] = node
        return node
    }

    /// YAML's words, which begin with a letter, have five at most, and what has two dots is no number. Of others, Yams knows better.
    private static func isSurelyText(_ string: String) -> Bool {
        guard let first = string.utf8.first else { return false }
        let isWord = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20)
        return isWord && string.utf8.count > 5 || string.utf8.count { $0 == UInt8(ascii: ".") } > 1
    }
}

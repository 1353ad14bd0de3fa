/// A piece of YAML whose mappings keep their order, for documents of many small objects: Kubernetes' manifests.
enum YAMLValue: Encodable {
    case string(String)
    case integer(Int)
    case bool(Bool)
    case list([YAMLValue])
    case mapping([(String, YAMLValue)])

    static func strings(_ texts: [String]) -> YAMLValue { .list(texts.map(YAMLValue.string)) }

    /// A mapping without the pairs that have no value.
    static func present(_ pairs: [(String, YAMLValue?)]) -> YAMLValue {
        .mapping(pairs.compactMap { pair in pair.1.map { (pair.0, $0) } })
    }

    /// A mapping of strings.
    static func strings(_ pairs: [(String, String)]) -> YAMLValue { .mapping(pairs.map { ($0.0, .string($0.1)) }) }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .string(let value): try encode(value, to: encoder)
        case .integer(let value): try encode(value, to: encoder)
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
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension YAMLValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(arrayLiteral elements: YAMLValue...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, YAMLValue)...) { self = .mapping(elements) }
}

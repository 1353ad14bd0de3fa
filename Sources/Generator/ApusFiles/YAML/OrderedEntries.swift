/// A mapping that is encoded in its own order, which a dictionary has not.
package struct OrderedEntries<Value: Encodable>: Encodable {
    package let pairs: [(String, Value)]

    package init(_ pairs: [(String, Value)]) {
        self.pairs = pairs
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EntryName.self)
        for (key, value) in pairs { try container.encode(value, forKey: EntryName(stringValue: key)) }
    }
}

private struct EntryName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A mapping of strings that is encoded in its own order.
package typealias OrderedMapping = OrderedEntries<String>

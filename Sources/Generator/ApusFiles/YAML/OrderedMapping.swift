/// A mapping of strings that is encoded in its own order, which a dictionary has not.
package struct OrderedMapping: Encodable {
    package let pairs: [(String, String)]

    package init(_ pairs: [(String, String)]) {
        self.pairs = pairs
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for (key, value) in pairs { try container.encode(value, forKey: Name(stringValue: key)) }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

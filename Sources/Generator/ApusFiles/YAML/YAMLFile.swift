import Yams

/// YAML files of the generator: keys in the order of the model, long lines left whole, a line on top that says whose they are.
package enum YAMLFile {
    package static let notice = "# Written by `apus generate`: change the topology instead.\n"

    /// A file of one document.
    ///
    /// - Parameter remarks: what readers of the file should know; comments below the first line.
    package static func file(_ path: String, _ model: some Encodable, remarks: String = "") throws -> GeneratedFile {
        let notes = OriginNotes()
        let contents = notice + comment(remarks) + (try encode(model, notes))
        return GeneratedFile(path: path, contents: contents, origins: notes.origins)
    }

    package static func contents(_ model: some Encodable) throws -> String { notice + (try encode(model, OriginNotes())) }

    /// A file of several documents.
    package static func contents(documents: [any Encodable], remarks: String = "") throws -> String {
        notice + comment(remarks) + (try documents.map { "---\n" + (try encode($0, OriginNotes())) }.joined())
    }

    private static func comment(_ text: String) -> String {
        guard !text.isEmpty else { return "" }
        return "#\n"
            + text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
    }

    private static func encode(_ model: some Encodable, _ notes: OriginNotes) throws -> String {
        let encoder = YAMLEncoder()
        encoder.options.indent = 2
        encoder.options.width = -1
        encoder.options.allowUnicode = true
        return try quotingKeys(try encoder.encode(model, userInfo: notes.userInfo))
    }

    /// The encoder quotes values that would be read as something else, but no keys: a service may be called `on` or `null`.
    private static func quotingKeys(_ text: String) throws -> String {
        let hasMisreadKey = text.utf8.split(separator: UInt8(ascii: "\n")).contains { line in
            let rest = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
            guard let end = rest.prefix(longestMisread + 1).firstIndex(of: UInt8(ascii: ":")) else { return false }
            return misread.contains(String(decoding: rest[..<end], as: UTF8.self))
        }
        guard hasMisreadKey, let node = try Yams.compose(yaml: text) else { return text }
        return try Yams.serialize(node: quotingKeys(node), indent: 2, width: -1, allowUnicode: true)
    }

    private static func quotingKeys(_ node: Node) -> Node {
        switch node {
        case .mapping(let mapping):
            .mapping(
                .init(
                    mapping.map { key, value in
                        guard let scalar = key.scalar, misread.contains(scalar.string) else { return (key, quotingKeys(value)) }
                        return (.scalar(.init(scalar.string, Tag(.str), .singleQuoted)), quotingKeys(value))
                    }, mapping.tag, mapping.style))
        case .sequence(let sequence): .sequence(.init(sequence.map(quotingKeys), sequence.tag, sequence.style))
        case .scalar, .alias: node
        }
    }

    /// What YAML 1.1 takes for a truth value or for nothing, as far as a name can be it.
    private static let misread: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    private static let longestMisread = 5
}

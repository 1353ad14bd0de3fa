import Yams

/// Reads the documents of a YAML file with the place of every value.
struct YAMLReader {
    private let source: SourceText
    /// Values that may still be read: aliases of aliases can stand for more than any memory holds.
    private var budget: Int

    private init(_ source: SourceText) {
        self.source = source
        // Without aliases a value takes a byte at least.
        budget = source.bytes.count + 1000
    }

    /// - Parameter text: the text of `source`.
    static func read(_ text: String, of source: SourceText) throws(DocumentError) -> [DocumentNode] {
        var reader = YAMLReader(source)
        let parser: Parser
        do {
            // Every scalar as its text: what it means is for the one who asks.
            parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
        } catch {
            throw reader.fault(error)
        }
        var documents: [DocumentNode] = []
        while true {
            let root: Node?
            do {
                root = try parser.nextRoot()
            } catch {
                throw reader.fault(error)
            }
            guard let root else { return documents }
            documents.append(try reader.node(root))
        }
    }

    private mutating func node(_ node: Node) throws(DocumentError) -> DocumentNode {
        let offset = node.mark.map { source.offset(line: $0.line, column: $0.column) } ?? 0
        budget -= 1
        guard budget > 0 else {
            throw DocumentError(offset: offset, message: "the document's aliases stand for too many values: write them out")
        }
        switch node {
        case .scalar(let scalar):
            // `~` and nothing at all; in quotes they are texts.
            if scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
                return DocumentNode(content: .null, offset: offset)
            }
            return DocumentNode(content: .text(scalar.string), offset: offset, style: Self.style(scalar.style))
        case .sequence(let sequence):
            var elements: [DocumentNode] = []
            for element in sequence { elements.append(try self.node(element)) }
            return DocumentNode(content: .list(elements), offset: offset)
        case .mapping(let mapping):
            var entries: [DocumentNode.Entry] = []
            // What `<<` brings in stands before the mapping's own, so that these hold (https://yaml.org/type/merge.html).
            var merged: [DocumentNode.Entry] = []
            for (key, value) in mapping {
                guard let name = key.scalar?.string else {
                    let offset = key.mark.map { source.offset(line: $0.line, column: $0.column) } ?? offset
                    throw DocumentError(offset: offset, message: "a key is a value in braces or brackets: write a word")
                }
                let value = try self.node(value)
                if name == "<<" {
                    merged += value.isMapping ? value.entries : value.elements.reversed().flatMap(\.entries)
                } else {
                    entries.append(DocumentNode.Entry(key: name, value: value))
                }
            }
            return DocumentNode(content: .mapping(merged + entries), offset: offset)
        case .alias:
            return DocumentNode(content: .null, offset: offset)
        }
    }

    private static func style(_ style: Node.Scalar.Style) -> DocumentNode.Style {
        switch style {
        case .any, .plain: .plain
        case .singleQuoted, .doubleQuoted: .quoted
        case .literal: .literal
        case .folded: .folded
        }
    }

    private func fault(_ error: any Error) -> DocumentError {
        let at = { (mark: Mark) in source.offset(line: mark.line, column: mark.column) }
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return DocumentError(offset: at(mark), message: (context.map { "\($0.text), " } ?? "") + problem)
        case .reader(let problem, let offset, _, _):
            return DocumentError(offset: offset ?? 0, message: problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return DocumentError(
                offset: at(context.mark), message: "a mapping has twice the key \(duplicates.joined(separator: ", "))")
        default:
            return DocumentError(offset: 0, message: "\(error)")
        }
    }
}

import ApusText

/// A value of a JSON or YAML document, with its place.
struct DocumentNode: Sendable {
    enum Content: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case text(String)
        case list([DocumentNode])
        case mapping([Entry])
    }

    struct Entry: Sendable {
        let key: String
        let value: DocumentNode
    }

    /// How a text is written, which decides where its characters stand.
    enum Style: Sendable {
        case json
        case plain
        case quoted
        case literal
        case folded
    }

    let content: Content
    /// The value's first byte in its source.
    let offset: Int
    var style = Style.json

    /// The value of a key; of one that stands there twice the last, as JavaScript takes it.
    subscript(key: String) -> DocumentNode? {
        guard case .mapping(let entries) = content else { return nil }
        guard let entry = entries.last(where: { $0.key == key }), !entry.value.isNull else { return nil }
        return entry.value
    }

    var isNull: Bool { if case .null = content { true } else { false } }

    var isMapping: Bool { if case .mapping = content { true } else { false } }

    /// The elements of a list; none of anything else.
    var elements: [DocumentNode] { if case .list(let elements) = content { elements } else { [] } }

    /// The entries of a mapping; none of anything else.
    var entries: [Entry] { if case .mapping(let entries) = content { entries } else { [] } }

    var text: String? { if case .text(let text) = content { text } else { nil } }

    /// The text, or how a number is written: an expression may be one.
    var expressionText: String? {
        switch content {
        case .text(let text): text
        case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
        default: nil
        }
    }

    var integer: Int? {
        switch content {
        case .number(let number): Int(exactly: number.rounded())
        case .text(let text): Int(text)
        default: nil
        }
    }

    var bool: Bool? { if case .bool(let bool) = content { bool } else { text == "true" ? true : nil } }
}

extension DocumentNode {
    /// Reads a file of JSON.
    init(json bytes: [UInt8]) throws(DocumentError) {
        do throws(JSONSyntaxError) {
            self.init(try JSONReader.read(bytes, as: .file()))
        } catch {
            throw DocumentError(offset: error.offset, message: error.reason)
        }
    }

    private init(_ json: PlacedJSON) {
        let content: Content =
            switch json.value {
            case .null: .null
            case .boolean(let bool): .bool(bool)
            case .number(let number): .number(number)
            case .string(let text): .text(text)
            case .array(let elements): .list(elements.map(Self.init))
            case .object(let members): .mapping(members.map { Entry(key: $0.name, value: Self($0.value)) })
            }
        self.init(content: content, offset: json.offset)
    }
}

/// Why a file is no document, and where that shows.
struct DocumentError: Error {
    /// The offset in bytes.
    let offset: Int
    let message: String
}

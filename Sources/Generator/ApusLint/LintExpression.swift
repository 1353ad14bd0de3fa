import ApusPromQL
import ApusText

/// An expression in a file.
struct LintExpression {
    let source: SourceText
    let node: DocumentNode
    let text: String
    let parsed: Result<PromQLExpression, PromQLSyntaxError>

    /// - Parameter part: the part of the value that is the expression; `nil`: all of it.
    init?(_ node: DocumentNode, in source: SourceText, dialect: PromQLDialect, part: Substring? = nil) {
        guard let whole = node.expressionText else { return nil }
        self.source = source
        self.node = node
        isRewritten = false
        text = part.map(String.init) ?? whole
        offset = part.map { $0.utf8.distance(from: whole.utf8.startIndex, to: $0.utf8.startIndex) } ?? 0
        parsed = Result { () throws(PromQLSyntaxError) in
            try PromQLExpression(parsing: part.map(String.init) ?? whole, dialect: dialect)
        }
    }

    /// Another text for the expression, of which only the value's place is known.
    private init(_ other: Self, text: String, parsed: PromQLExpression) {
        source = other.source
        node = other.node
        offset = other.offset
        self.text = text
        self.parsed = .success(parsed)
        isRewritten = true
    }

    /// A copy in which variables that stand for such words as operators are replaced by the values that they have.
    func replacing(_ values: @autoclosure () -> [String: String]) -> Self {
        guard case .failure = parsed else { return self }
        let values = values()
        var bytes = Array(text.utf8)
        for reference in VariableReference.all(in: text).reversed() {
            guard let value = values[reference.name] else { continue }
            bytes.replaceSubrange(reference.offset..<min(reference.end, bytes.count), with: value.utf8)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let parsed = try? PromQLExpression(parsing: text, dialect: .grafana) else { return self }
        return Self(self, text: text, parsed: parsed)
    }

    private let isRewritten: Bool
    /// The offset at which the expression begins in the value's text.
    private let offset: Int

    var expression: PromQLExpression? { try? parsed.get() }

    /// Whether there is nothing but space in it.
    var isEmpty: Bool { text.utf8.allSatisfy { $0 == UInt8(ascii: " ") || (9...13).contains($0) } }

    /// The place of a byte of the expression in the file, and in the expression where the first is not exact.
    func place(at byte: Int) -> (TextPlace, TextPlace?) {
        let place = source.place(in: node, at: isRewritten ? nil : offset + byte)
        return (place.place, place.isExact ? nil : TextPlace(offset: byte, in: text.utf8))
    }
}

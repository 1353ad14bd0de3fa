/// A document of a file, or within one.
struct LintDocument {
    let source: SourceText
    let root: DocumentNode

    /// The documents of a file: of JSON one, of YAML as many as there are.
    ///
    /// - Throws: ``DocumentError`` with an offset into `source`.
    static func read(_ source: SourceText) throws(DocumentError) -> [LintDocument] {
        guard let text = String(validating: source.bytes, as: UTF8.self) else {
            throw DocumentError(offset: validPrefix(of: source.bytes), message: "the file is not in UTF-8: save it so")
        }
        let start = source.bytes.first { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
        do throws(DocumentError) {
            if start == UInt8(ascii: "{") || start == UInt8(ascii: "[") {
                return [LintDocument(source: source, root: try DocumentNode(json: source.bytes))]
            }
            return try YAMLReader.read(text, of: source).map { LintDocument(source: source, root: $0) }
        } catch {
            throw DocumentError(offset: error.offset, message: error.message + templateHint(source.bytes, near: error.offset))
        }
    }

    /// Templates of Helm, Jinja and Ansible are files of their own kind until they are rendered.
    private static func templateHint(_ bytes: [UInt8], near offset: Int) -> String {
        let hint = ": the file is a template, lint what it renders"
        for mark in ["{{-", "{%", "{#"] where contains(mark, in: bytes[...]) { return hint }
        let lineStart = bytes.prefix(offset).lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = bytes[lineStart...].prefix { $0 != UInt8(ascii: "\n") }
        return contains("{{", in: line) ? hint : ""
    }

    private static func contains(_ mark: String, in bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = mark.utf8.first else { return false }
        var rest = bytes
        while let index = rest.firstIndex(of: first) {
            rest = rest[index...]
            if rest.starts(with: mark.utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// How many bytes at the beginning are UTF-8.
    private static func validPrefix(of bytes: [UInt8]) -> Int {
        var place = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard String(validating: line, as: UTF8.self) != nil else { return place }
            place += line.count + 1
        }
        return place
    }
}

import ApusPromQL
import ApusText

/// The text of a file, or of a document within a string of another one.
final class SourceText: Sendable {
    let bytes: [UInt8]
    /// The offset at which each line begins.
    private let lineStarts: [Int]
    /// How many scalars of Unicode begin before each block of bytes: a file on one line has columns in the millions.
    private let scalarsBefore: [Int]
    private static let blockSize = 4096
    /// The string that holds the text; `nil` for a file.
    private let enclosing: (source: SourceText, node: DocumentNode)?

    init(bytes: [UInt8], enclosing: (source: SourceText, node: DocumentNode)? = nil) {
        self.bytes = bytes
        self.enclosing = enclosing
        var starts = [0]
        var blocks: [Int] = []
        var scalars = 0
        for (index, byte) in bytes.enumerated() {
            if index % Self.blockSize == 0 { blocks.append(scalars) }
            if byte == UInt8(ascii: "\n") { starts.append(index + 1) }
            if byte & 0xC0 != 0x80 { scalars += 1 }
        }
        lineStarts = starts
        scalarsBefore = blocks
    }

    /// A place in the file.
    struct Place {
        let place: TextPlace
        /// Whether it is the very character, and not only the beginning of the value that holds it.
        let isExact: Bool
    }

    func place(ofByte offset: Int) -> Place {
        if let enclosing { return enclosing.source.place(in: enclosing.node, at: offset) }
        let offset = max(0, min(offset, bytes.count))
        // The last line that begins at or before the offset.
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let column = 1 + scalars(before: offset) - scalars(before: lineStarts[low])
        return Place(place: TextPlace(line: low + 1, column: column), isExact: true)
    }

    private func scalars(before offset: Int) -> Int {
        let block = min(offset / Self.blockSize, scalarsBefore.count - 1)
        guard block >= 0 else { return 0 }
        return scalarsBefore[block] + bytes[(block * Self.blockSize)..<offset].count { $0 & 0xC0 != 0x80 }
    }

    /// The place at which a value begins, or a byte of its text.
    ///
    /// - Parameter offset: in the text that the value stands for; `nil` for the value itself.
    func place(in node: DocumentNode, at offset: Int?) -> Place {
        guard let offset, let text = node.text else { return place(ofByte: node.offset) }
        if let byte = byte(of: offset, in: text, node) { return place(ofByte: byte) }
        return Place(place: place(ofByte: node.offset).place, isExact: false)
    }

    /// The byte of the source that a byte of a value's text was written as; `nil` where that cannot be told.
    private func byte(of offset: Int, in text: String, _ node: DocumentNode) -> Int? {
        switch node.style {
        case .json: return JSONReader.byte(of: offset, inStringAt: node.offset, of: bytes)
        case .plain: return verbatim(text, from: node.offset, offset)
        case .quoted: return verbatim(text, from: node.offset + 1, offset)
        case .literal: return line(of: offset, in: text, blockAt: node.offset)
        case .folded: return nil
        }
    }

    private func verbatim(_ text: String, from start: Int, _ offset: Int) -> Int? {
        guard start <= bytes.count, bytes[start...].starts(with: text.utf8) else { return nil }
        return start + offset
    }

    /// A literal block has its lines one by one, behind the indentation of the first that is not empty.
    private func line(of offset: Int, in text: String, blockAt start: Int) -> Int? {
        let head = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
        var content = head
        while content < bytes.count, Self.isBlank(bytes[content]) { content += 1 }
        let lineStart = bytes[..<content].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let indentation = content - lineStart
        let before = text.utf8.prefix(offset)
        var line = head
        for _ in 0..<before.count(where: { $0 == UInt8(ascii: "\n") }) {
            guard let end = bytes[line...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            line = end + 1
        }
        let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count
        return line + indentation + column
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    /// The byte at a line and column, both from 1, the column in scalars of Unicode.
    func offset(line: Int, column: Int) -> Int {
        guard lineStarts.indices.contains(line - 1) else { return bytes.count }
        var left = scalars(before: lineStarts[line - 1]) + column - 1
        // The last block that begins at or before the scalar.
        var (low, high) = (0, max(1, scalarsBefore.count))
        while high - low > 1 {
            let middle = (low + high) / 2
            if scalarsBefore[middle] <= left { low = middle } else { high = middle }
        }
        var index = low * Self.blockSize
        left -= scalarsBefore.isEmpty ? 0 : scalarsBefore[low]
        // A block may begin within a scalar, which the one before has counted.
        while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
        while left > 0, index < bytes.count {
            index += 1
            while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
            left -= 1
        }
        return index
    }
}

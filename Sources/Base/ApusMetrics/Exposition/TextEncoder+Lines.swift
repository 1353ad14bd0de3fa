import CExposition

extension TextEncoder {
    /// Bytes that are written at a time before they are taken over.
    private static let blockSize = 1 << 15

    /// Writes many lines of one family: the way of a scrape, without an allocation for a line.
    ///
    /// - Parameters:
    ///   - template: the family's; a series has as many lines as it has parts.
    ///   - labels: the series' own rendered labels, one after the other.
    ///   - ends: where those of each series end; the first begin at 0. They rise and stay within `labels`.
    ///   - lines: numbers of the lines, counted over all series; below `ends.count` times the parts.
    ///   - values: of these lines, in their order: whole numbers, or the bits of doubles where the template says so.
    public mutating func lines(
        _ template: LineTemplate, labels: [UInt8], ends: [UInt32], _ lines: Range<Int>, values: [UInt64]
    ) {
        precondition(lines.upperBound <= ends.count * template.parts && lines.count <= values.count)
        precondition(Int(ends.last ?? 0) <= labels.count)
        if block.isEmpty { block = [UInt8](repeating: 0, count: Self.blockSize) }
        var line = lines.lowerBound
        while line < lines.upperBound {
            let before = line
            var needsValue: Int32 = 0
            let count = write(template, labels, ends, &line, lines, values, &needsValue)
            bytes.append(contentsOf: block[..<count])
            if needsValue == 1 {
                NumberText.append(Double(bitPattern: values[line - lines.lowerBound]), to: &bytes)
                bytes.append(UInt8(ascii: "\n"))
                line += 1
            } else if line == before {
                // A line longer than a block: the labels of a segment are limited, so that one of twice the size holds any.
                block = [UInt8](repeating: 0, count: block.count * 2)
            }
        }
    }

    /// Writes one line with nothing but a number.
    mutating func line(_ name: String, _ labels: [UInt8], _ value: Double) {
        let size = name.utf8.count + labels.count
        // Braces, a space, at most 24 bytes of a number and the end of the line.
        if block.count < size + 28 { block = [UInt8](repeating: 0, count: max(Self.blockSize, size + 28)) }
        var needsValue: Int32 = 0
        let count = apus_write_line(&block, name, name.utf8.count, labels, labels.count, value, &needsValue)
        bytes.append(contentsOf: block[..<count])
        guard needsValue == 1 else { return }
        NumberText.append(value, to: &bytes)
        newline()
    }

    private mutating func write(
        _ template: LineTemplate, _ labels: [UInt8], _ ends: [UInt32], _ line: inout Int, _ lines: Range<Int>,
        _ values: [UInt64], _ needsValue: inout Int32
    ) -> Int {
        apus_write_lines(
            &block, block.count, template.parts, template.heads, template.headEnds, template.tails, template.tailEnds,
            template.forms, labels, labels.count, ends, &line, lines.upperBound, values, lines.lowerBound, &needsValue)
    }
}

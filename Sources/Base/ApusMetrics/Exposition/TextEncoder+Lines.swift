import CExposition

extension TextEncoder {
    /// Room that is made at a time, in bytes; a line that is longer gets more.
    private static let room = 1 << 15

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
        Self.lines(template, labels: labels, ends: ends, lines, values: values, to: &bytes)
    }

    /// Writes many lines of one family as ``lines(_:labels:ends:_:values:)`` does, to other memory than the encoder's own.
    package static func lines(
        _ template: LineTemplate, labels: [UInt8], ends: [UInt32], _ lines: Range<Int>, values: [UInt64],
        to bytes: inout some WritableBytes
    ) {
        precondition(lines.upperBound <= ends.count * template.parts && lines.count <= values.count)
        precondition(Int(ends.last ?? 0) <= labels.count)
        var line = lines.lowerBound
        var room = room
        while line < lines.upperBound {
            let before = line
            var needsValue: Int32 = 0
            bytes.append(room) { out, capacity in
                apus_write_lines(
                    out, capacity, template.parts, template.heads, template.headEnds, template.tails, template.tailEnds,
                    template.forms, labels, labels.count, ends, &line, lines.upperBound, values, lines.lowerBound,
                    &needsValue)
            }
            if needsValue == 1 {
                var text: [UInt8] = []
                NumberText.append(Double(bitPattern: values[line - lines.lowerBound]), to: &text)
                text.append(UInt8(ascii: "\n"))
                bytes.append(contentsOf: text)
                line += 1
            } else if line == before {
                // A line longer than the room: the labels of a segment are limited, so that twice as much holds any.
                room *= 2
            }
        }
    }

    /// Writes one line with nothing but a number.
    mutating func line(_ name: String, _ labels: [UInt8], _ value: Double) {
        let size = name.utf8.count + labels.count
        var needsValue: Int32 = 0
        // Braces, a space, at most 24 bytes of a number and the end of the line.
        bytes.append(size + 28) { out, _ in
            apus_write_line(out, name, name.utf8.count, labels, labels.count, value, &needsValue)
        }
        guard needsValue == 1 else { return }
        NumberText.append(value, to: &bytes)
        newline()
    }
}

extension ProtobufWriter {
    /// Labels as they are rendered in text (``LabelBytes``) as messages `LabelPair` in field 1, which they have both in a metric and
    /// in an exemplar. An empty value is an absent label.
    ///
    /// What is not rendered so ends the list: the grammar was checked where the bytes came in.
    mutating func labels(_ rendered: ArraySlice<UInt8>) {
        var index = rendered.startIndex
        while let pair = Self.pair(rendered, from: index) {
            labelPair(rendered, pair)
            // A quote and a comma.
            index = pair.valueEnd + 2
        }
    }

    /// One label whose text is at hand.
    mutating func label(_ name: String, _ value: String) {
        guard !value.isEmpty else { return }
        let pair = open(1)
        string(1, name)
        string(2, value)
        close(pair)
    }

    private struct Pair {
        let name: Range<Int>
        let valueStart: Int
        let valueEnd: Int
        let escapes: Int
    }

    private static func pair(_ rendered: ArraySlice<UInt8>, from first: Int) -> Pair? {
        var index = first
        let end = rendered.endIndex
        while index < end, rendered[index] != UInt8(ascii: "=") { index += 1 }
        let nameEnd = index
        // An equals sign and a quote.
        index += 2
        let start = index
        var escapes = 0
        while index < end, rendered[index] != UInt8(ascii: "\"") {
            if rendered[index] == UInt8(ascii: "\\") {
                escapes += 1
                index += 1
            }
            index += 1
        }
        guard index < end else { return nil }
        return Pair(name: first..<nameEnd, valueStart: start, valueEnd: index, escapes: escapes)
    }

    private mutating func labelPair(_ rendered: ArraySlice<UInt8>, _ pair: Pair) {
        let valueCount = pair.valueEnd - pair.valueStart - pair.escapes
        guard valueCount > 0 else { return }
        varint(1 << 3 | 2)
        varint(UInt64(Self.size(ofBytes: pair.name.count) + Self.size(ofBytes: valueCount)))
        varint(1 << 3 | 2)
        varint(UInt64(pair.name.count))
        bytes.append(contentsOf: rendered[pair.name])
        varint(2 << 3 | 2)
        varint(UInt64(valueCount))
        guard pair.escapes > 0 else { return bytes.append(contentsOf: rendered[pair.valueStart..<pair.valueEnd]) }
        var index = pair.valueStart
        while index < pair.valueEnd {
            var byte = rendered[index]
            if byte == UInt8(ascii: "\\") {
                index += 1
                byte = rendered[index] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : rendered[index]
            }
            bytes.append(byte)
            index += 1
        }
    }

    /// The size of a field with a number below 16 that holds so many bytes.
    private static func size(ofBytes count: Int) -> Int {
        let lengthSize = count < 0x80 ? 1 : (64 - UInt64(count).leadingZeroBitCount + 6) / 7
        return 1 + lengthSize + count
    }
}

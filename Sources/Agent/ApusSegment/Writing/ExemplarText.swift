import ApusMetrics

/// Renders the labels of an exemplar into memory that is there already.
struct ExemplarText {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    private var characters = 0

    /// - Parameter bytes: outlives this value.
    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    /// - Returns: whether the label is legal and had room; after false, what is there is not to be used.
    mutating func append(_ name: String, _ value: String) -> Bool {
        characters += name.unicodeScalars.count + value.unicodeScalars.count
        guard MetricName.isLegalLabel(name), characters <= SegmentLayout.longestExemplar else { return false }
        guard count == 0 || append(UInt8(ascii: ",")) else { return false }
        for byte in name.utf8 { guard append(byte) else { return false } }
        guard append(UInt8(ascii: "=")), append(UInt8(ascii: "\"")) else { return false }
        for byte in value.utf8 { guard appendEscaped(byte) else { return false } }
        return append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\n"): append(UInt8(ascii: "\\")) && append(UInt8(ascii: "n"))
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): append(UInt8(ascii: "\\")) && append(byte)
        default: append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) -> Bool {
        guard count < bytes.count else { return false }
        bytes[count] = byte
        count += 1
        return true
    }
}

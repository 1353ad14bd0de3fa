import NIOCore

/// Where the bytes of one HTTP/1.1 request can end (RFC 9112, section 6): a pure value.
///
/// A request ends with the last byte of a body of a known length, and with an empty line otherwise: that of its head, or the one
/// behind its last chunk. Other empty lines cut it into more pieces than need be, which is no harm.
struct RequestFraming {
    /// Bytes that are left of a body of a known length; `nil` where an empty line is looked for.
    private var left: Int?
    /// Nothing but a carriage return has come of the line so far.
    private var lineIsEmpty = true

    /// Takes bytes up to the first one behind which the request can end, or all of them.
    ///
    /// - Returns: how many bytes these are.
    mutating func take(_ bytes: ByteBufferView) -> Int {
        if let left, left > 0 {
            let count = min(left, bytes.count)
            self.left = left - count
            return count
        }
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let isEmpty = lineIsEmpty && Self.isEmpty(rest[..<end])
            lineIsEmpty = true
            rest = rest[(end + 1)...]
            if isEmpty { return rest.startIndex - bytes.startIndex }
        }
        lineIsEmpty = lineIsEmpty && Self.isEmpty(rest)
        return bytes.count
    }

    private static func isEmpty(_ line: ByteBufferView) -> Bool { line.allSatisfy { $0 == UInt8(ascii: "\r") } }

    /// Notes that a body begins.
    ///
    /// - Parameter length: in bytes; `nil` for chunks.
    mutating func beginBody(length: Int?) { left = length }

    /// Notes that the request has come to its end.
    mutating func end() {
        left = nil
        lineIsEmpty = true
    }
}

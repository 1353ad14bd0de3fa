/// A text that is looked for in a body, byte for byte.
package struct BodyText: Sendable, Hashable {
    private let bytes: [UInt8]
    /// For each number of bytes that match, how many of them match where the next one does not (Knuth, Morris and Pratt).
    private let fallbacks: [Int]

    package init(_ text: String) {
        bytes = Array(text.utf8)
        var fallbacks = [Int](repeating: 0, count: bytes.count + 1)
        var matched = 0
        for index in bytes.indices.dropFirst() {
            while matched > 0, bytes[index] != bytes[matched] { matched = fallbacks[matched] }
            if bytes[index] == bytes[matched] { matched += 1 }
            fallbacks[index + 1] = matched
        }
        self.fallbacks = fallbacks
    }

    /// Whether a body has the text, in a time that does not depend on what they are.
    package func isIn(_ body: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return true }
        var matched = 0
        for byte in body {
            while matched > 0, byte != bytes[matched] { matched = fallbacks[matched] }
            if byte == bytes[matched] { matched += 1 }
            if matched == bytes.count { return true }
        }
        return false
    }
}

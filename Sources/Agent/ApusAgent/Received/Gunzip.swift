import CCompression

/// Undoes gzip.
enum Gunzip {
    enum Fault: Error {
        case malformed
        /// Past the limit.
        case tooLarge
    }

    /// The bytes of a body, with memory for what they come to and not for what they might.
    static func bytes(_ body: [UInt8], most: Int) throws(Fault) -> [UInt8] {
        var capacity = min(most, max(1 << 16, body.count * 8))
        while true {
            var output = [UInt8](repeating: 0, count: capacity)
            let count = apus_gunzip(body, body.count, &output, capacity)
            if count >= 0 {
                output.removeLast(capacity - count)
                return output
            }
            guard count == -2 else { throw .malformed }
            guard capacity < most else { throw .tooLarge }
            capacity = min(most, capacity * 4)
        }
    }
}

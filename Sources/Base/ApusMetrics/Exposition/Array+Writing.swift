extension [UInt8] {
    /// Appends what a function of C writes, in place, so that the bytes of a scrape are copied once less.
    ///
    /// - Parameters:
    ///   - room: the bytes that the function may write.
    ///   - write: writes from the pointer on, and nothing past the room that it is told; it returns how many bytes it wrote.
    /// - Returns: that number.
    @discardableResult
    mutating func append(_ room: Int, _ write: (UnsafeMutablePointer<UInt8>, Int) -> Int) -> Int {
        let before = count
        append(addingCapacity: room) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                // The array's own memory behind its end, as long as the room; no pointer outlives the call.
                if let out = buffer.baseAddress { count = write(out, buffer.count) }
            }
        }
        return count - before
    }
}

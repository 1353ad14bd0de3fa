/// Memory for bytes, behind the end of which a function of C writes in place, so that the bytes of a scrape are copied once less.
package protocol WritableBytes {
    /// Appends what a function of C writes.
    ///
    /// - Parameters:
    ///   - room: the bytes that there is to be room for.
    ///   - write: writes from the pointer on, and nothing past the room that it is told, which is as much as was asked for at least; it returns
    ///   how many bytes it wrote.
    /// - Returns: that number.
    @discardableResult
    mutating func append(_ room: Int, _ write: (UnsafeMutablePointer<UInt8>, Int) -> Int) -> Int

    /// Appends bytes.
    mutating func append(contentsOf bytes: [UInt8])
}

extension [UInt8]: WritableBytes {
    @discardableResult
    package mutating func append(_ room: Int, _ write: (UnsafeMutablePointer<UInt8>, Int) -> Int) -> Int {
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

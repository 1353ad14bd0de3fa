package import ApusMetrics
package import NIOCore

extension ByteBuffer: WritableBytes {
    @discardableResult
    package mutating func append(_ room: Int, _ write: (UnsafeMutablePointer<UInt8>, Int) -> Int) -> Int {
        writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
            // The buffer's own memory behind its end, as long as the room at least; no pointer outlives the call.
            bytes.withMemoryRebound(to: UInt8.self) { $0.baseAddress.map { write($0, bytes.count) } ?? 0 }
        }
    }

    package mutating func append(contentsOf bytes: [UInt8]) { writeBytes(bytes) }
}

extension ByteBuffer {
    /// Takes over what an encoder has written.
    mutating func take(from encoder: inout ExpositionEncoder) {
        writeBytes(encoder.bytes)
        encoder.removeAll(keepingCapacity: true)
    }
}

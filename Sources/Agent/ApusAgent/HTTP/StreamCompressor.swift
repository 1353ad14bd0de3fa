import CCompression

/// Compresses a stream piece by piece, with memory that does not grow with it: some 260 KiB for gzip, some 1 MiB for zstd.
package final class StreamCompressor {
    package enum Coding: Sendable {
        case gzip
        case zstd
    }

    // Valid from `init` to `deinit`, and used by nobody else.
    private let stream: UnsafeMutableRawPointer
    private var block = [UInt8](repeating: 0, count: 1 << 16)

    /// - Returns: `nil` when there is no memory for it.
    package init?(_ coding: Coding) {
        guard let stream = apus_compressor_new(coding == .gzip ? APUS_GZIP : APUS_ZSTD) else { return nil }
        self.stream = stream
    }

    deinit { apus_compressor_free(stream) }

    /// Takes a piece and hands out what is ready, which may be nothing before the end.
    ///
    /// - Parameter isLast: ends the stream; nothing may follow.
    /// - Throws: ``CompressionError``, after which the stream is of no use.
    package func compress(_ piece: [UInt8], isLast: Bool) throws(CompressionError) -> [UInt8] {
        var output: [UInt8] = []
        var taken = 0
        while true {
            let count = apus_compress(stream, piece, piece.count, &taken, isLast ? 1 : 0, &block, block.count)
            guard count >= 0 else { throw CompressionError() }
            output.append(contentsOf: block[..<count])
            if count < block.count { return output }
        }
    }
}

/// The library refused to go on, which happens only when memory is short.
package struct CompressionError: Error {}

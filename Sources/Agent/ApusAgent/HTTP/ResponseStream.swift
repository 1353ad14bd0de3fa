import ApusLinux
import CLinux
import NIOCore

/// An exposition on its way to one client, in pieces, compressed where that was negotiated.
final class ResponseStream {
    private let exposition: ExpositionStream
    private let ticket: ScrapeTicket
    private let compressor: StreamCompressor?
    /// On the monotonic clock, in nanoseconds; past it the client has given up.
    private let deadline: UInt64

    init(_ exposition: ExpositionStream, ticket: ScrapeTicket, compressor: StreamCompressor?, deadline: UInt64) {
        self.exposition = exposition
        self.ticket = ticket
        self.compressor = compressor
        self.deadline = deadline
    }

    var nanosecondsLeft: UInt64 { deadline - min(deadline, apus_monotonic_nanoseconds()) }

    /// Notes whether the client has room for more, or keeps the stream waiting.
    func note(hasRoom: Bool, at now: NIODeadline) { if hasRoom { ticket.advance() } else { ticket.wait(at: now) } }

    /// The next piece; it may be empty while a compressor gathers more. Not to be called after the last one.
    ///
    /// - Throws: `CompressionError`: what was sent so far must not look like a whole response.
    func next() throws -> (bytes: ByteBuffer, isLast: Bool) {
        exposition.advance()
        guard let compressor else { return (exposition.piece, exposition.isFinished) }
        let packed = try compressor.compress(Array(exposition.piece.readableBytesView), isLast: exposition.isFinished)
        return (ByteBuffer(bytes: packed), exposition.isFinished)
    }
}

import Glibc

/// The file behind a segment, read by copies.
///
/// A copy of a hole is zeros and leaves the hole: reading the same place through mapped memory would allocate its page, and the kernel
/// has whoever touches it first pay for it, which would be the reader.
final class SegmentFile {
    private let descriptor: Int32
    /// Whether the place in the file is the reader's own, and not one that the writer shares and can hold the lock of.
    private let hasOwnPlace: Bool

    /// - Parameter descriptor: stays the caller's; a copy of it is kept.
    /// - Throws: ``SegmentError/leased`` of a file whose lease (fcntl(2), F_SETLEASE) whoever opens it would wait for.
    init(copying descriptor: Int32) throws(SegmentError) {
        let opened = open("/proc/self/fd/\(descriptor)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 || errno != EWOULDBLOCK else { throw .leased }
        hasOwnPlace = opened >= 0
        let copy = hasOwnPlace ? opened : fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .system("dup", errno) }
        self.descriptor = copy
    }

    /// The blocks that the kernel has given to the file; as long as they are as many, no hole has been filled. -1 when it does not say.
    var blocks: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_blocks) : -1
    }

    /// The next bytes from `offset` on that are no hole, below `end`; nil when there are none (lseek(2), SEEK_DATA).
    ///
    /// Where the place in the file is not the reader's own, bytes count as no hole when one of them is not 0.
    func data(from offset: Int, to end: Int) -> Range<Int>? {
        guard hasOwnPlace else { return nonzero(from: offset, to: end) }
        // SEEK_DATA and SEEK_HOLE of lseek(2), which Swift's Glibc lacks.
        let start = lseek(descriptor, off_t(offset), 3)
        guard start >= 0, start < off_t(end) else { return nil }
        let hole = lseek(descriptor, start, 4)
        return Int(start)..<min(end, hole > start ? Int(hole) : end)
    }

    private func nonzero(from offset: Int, to end: Int) -> Range<Int>? {
        let size = 1 << 16
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            var start = offset
            while start < end {
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(size, end - start)])
                read(at: start, into: part)
                if let place = part.firstIndex(where: { $0 != 0 }) { return start + place..<start + place + 1 }
                start += part.count
            }
            return nil
        }
    }

    deinit { close(descriptor) }

    func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result { body(descriptor) }

    /// Fills a buffer with the bytes from `offset` on; what the kernel does not give is 0.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress {
            // With a place of its own: the descriptor's is shared with the writer, who could hold its lock.
            let count = pread(descriptor, start + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            done += count
        }
        for index in done..<max(done, buffer.count) { buffer[index] = 0 }
    }

    /// A word that the writer may change at any time, by a copy: as long as the reader looks at a page by copies alone, it is not mapped.
    ///
    /// The kernel may copy a word in parts, between which the writer changes it. Two copies that are the same are one that it had.
    func word(at offset: Int) -> UInt64 {
        var last = copiedWord(at: offset)
        for _ in 0..<8 {
            let next = copiedWord(at: offset)
            if next == last { break }
            last = next
        }
        return last
    }

    /// The words that a writer changes for as long as it lives, each as it was at one moment, most often in two copies for all of them.
    func header() -> SegmentHeader {
        typealias Header = SegmentLayout.Header
        let (one, other) = (copiedHeader(), copiedHeader())
        // A word that changes all the time spoils no other.
        return SegmentHeader(
            heartbeat: one.heartbeat == other.heartbeat ? one.heartbeat : word(at: Header.heartbeat),
            committed: one.committed == other.committed ? one.committed : word(at: Header.committed),
            dropped: one.dropped == other.dropped ? one.dropped : word(at: Header.dropped))
    }

    private func copiedHeader() -> SegmentHeader {
        typealias Header = SegmentLayout.Header
        let start = Header.heartbeat
        return withUnsafeTemporaryAllocation(byteCount: Header.dropped + 8 - start, alignment: 8) { buffer in
            read(at: start, into: buffer)
            return SegmentHeader(
                heartbeat: buffer.load(fromByteOffset: 0, as: UInt64.self),
                committed: buffer.load(fromByteOffset: Header.committed - start, as: UInt64.self),
                dropped: buffer.load(fromByteOffset: Header.dropped - start, as: UInt64.self))
        }
    }

    private func copiedWord(at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        withUnsafeMutableBytes(of: &word) { read(at: offset, into: $0) }
        return word
    }

    /// A copy of so many bytes from `offset` on.
    func bytes(at offset: Int, _ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            read(at: offset, into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
            filled = count
        }
    }
}

/// What a writer changes in the first page of a segment for as long as it lives.
package struct SegmentHeader: Equatable, Sendable {
    /// The monotonic clock when the writer last gave a sign of life, in nanoseconds.
    package let heartbeat: UInt64
    /// How many entries are published.
    let committed: UInt64
    /// How many requests for series the writer has dropped.
    package let dropped: UInt64
}

/// Copies of texts in the arena: where one follows another, as a sound writer's do, many are read at once.
struct ArenaWindow {
    private let file: SegmentFile
    private var bytes: [UInt8] = []
    private var start = 0
    private var next = -1

    private static let size = 1 << 15

    init(_ file: SegmentFile) { self.file = file }

    /// In bounds while `offset + count` is at most the arena's capacity.
    mutating func text(_ offset: Int, _ count: Int) -> [UInt8] {
        defer { next = offset + count }
        if offset < start || offset + count > start + bytes.count {
            guard offset == next, count <= Self.size else { return file.bytes(at: SegmentLayout.arenaOffset + offset, count) }
            bytes = file.bytes(
                at: SegmentLayout.arenaOffset + offset, min(Self.size, SegmentLayout.arenaCapacity - offset))
            start = offset
        }
        return Array(bytes[offset - start..<offset - start + count])
    }
}

/// Private copies of entries, made many at a time.
struct EntryWindow {
    private let file: SegmentFile
    private var words: [UInt32] = []
    private var first = 0

    private static let size = 256
    private static let wordCount = SegmentLayout.Entry.size / 4

    init(_ file: SegmentFile) { self.file = file }

    /// - Parameters:
    ///   - entry: below `end`.
    ///   - end: the number of entries that are published, at most the capacity.
    mutating func entry(_ entry: Int, before end: Int) -> EntryWords {
        if entry < first || (entry - first + 1) * Self.wordCount > words.count {
            let count = min(Self.size, end - entry) * Self.wordCount
            words = [UInt32](unsafeUninitializedCapacity: count) { [file] buffer, filled in
                file.read(
                    at: SegmentLayout.entriesOffset + entry * SegmentLayout.Entry.size,
                    into: UnsafeMutableRawBufferPointer(buffer))
                filled = count
            }
            first = entry
        }
        let place = (entry - first) * Self.wordCount
        return EntryWords(entry: entry, words[place..<place + Self.wordCount])
    }
}

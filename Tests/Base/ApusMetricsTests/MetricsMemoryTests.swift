import ApusMetrics
import CExposition
import Glibc
import Testing

/// Memory that ends where its page ends; the page behind it can be neither read nor written.
private final class GuardedMemory {
    private static let page = 4096
    private let pages: UnsafeMutableRawPointer
    private let size: Int

    init(pages count: Int) throws {
        let size = count * Self.page
        let all = mmap(nil, size + Self.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        let pages = try #require(all != MAP_FAILED ? all : nil)
        try #require(mprotect(pages + size, Self.page, PROT_NONE) == 0)
        self.size = size
        self.pages = pages
    }

    /// The last bytes before the end.
    func last(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(count <= size)
        return (pages + (size - count)).assumingMemoryBound(to: UInt8.self)
    }

    deinit { munmap(pages, size + Self.page) }
}

/// What the loop of messages reads and writes at the ends of its memory: a byte too many ends the process.
@Suite struct MetricsMemoryTests {
    /// The tags and lengths of a metric and its value, and what is copied past the end of its parts.
    private static let spare = 64
    /// The bytes of a counter's value.
    private static let body = 9

    private static func write(
        _ labels: [UInt8], to out: UnsafeMutablePointer<UInt8>, _ capacity: Int, at text: UnsafeMutablePointer<UInt8>
    ) -> Int {
        text.update(from: labels, count: labels.count)
        var series = 0
        return apus_write_metrics(
            out, capacity, 3, [], 0, [], 0, text, labels.count, [UInt32(labels.count)], &series, 1, [1], [], 0, 0)
    }

    @Test func `labels at the very end of memory are read, and messages written there, and not a byte behind`() throws {
        let text = try GuardedMemory(pages: 2)
        let out = try GuardedMemory(pages: 4)
        var roomy = [UInt8](repeating: 0, count: 1 << 15)
        var copy = [UInt8](repeating: 0, count: 1 << 14)
        for seed in 0..<4000 {
            var random = CorpusRandom(seed: UInt64(seed))
            let own = (0..<random.int(1...6)).map { place in
                ("l\(place)", String(repeating: random.bool() ? "x" : "\"", count: random.int(0...(seed % 2 == 0 ? 20 : 90))))
            }
            let labels = LabelBytes.render(own)
            let capacity = 2 * labels.count + Self.body + Self.spare
            let count = Self.write(labels, to: out.last(capacity), capacity, at: text.last(labels.count))
            #expect(count > 0)
            let same = roomy.withUnsafeMutableBufferPointer { roomy in
                copy.withUnsafeMutableBufferPointer { copy -> Bool in
                    guard let room = roomy.baseAddress, let place = copy.baseAddress else { return false }
                    // Followed by what looks like more labels.
                    for index in 0..<200 { place[labels.count + index] = Array(#",a="b""#.utf8)[index % 6] }
                    let other = Self.write(labels, to: room, roomy.count, at: place)
                    return other == count && memcmp(room, out.last(capacity), count) == 0
                }
            }
            #expect(same, "seed \(seed)")
        }
    }
}

import ApusThreads
import CLinux
import FoundationEssentials
import Glibc
import HostTesting
import Testing

@Suite struct HeapUpkeepTests {
    /// Bytes of anonymous memory in this process.
    private func resident() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return (Int(line.split(whereSeparator: \.isWhitespace)[1]) ?? 0) << 10
    }

    /// 64 MiB of memory in use.
    private final class Burst {
        private let blocks = (0..<65_536).compactMap { _ in malloc(1024) }

        init() { for block in blocks { memset(block, 1, 1024) } }
        /// What was kept goes with the burst.
        deinit { free(where: { $0 % 64 == 0 }) }

        /// Frees all but one of 64 KiB, so that nothing comes to lie at the end of malloc's memory, from where it would be given back.
        func end() { free(where: { $0 % 64 != 0 }) }

        private func free(where goes: (Int) -> Bool) {
            for (place, block) in blocks.enumerated() where goes(place) { Glibc.free(block) }
        }
    }

    @Test func `memory that a burst has left free between what is kept goes back to the kernel`() async throws {
        // What others in this process have left free would be used again.
        let first = Task { await HeapUpkeep(every: .seconds(60)).run() }
        try await Task.sleep(for: .milliseconds(100))
        first.cancel()
        let before = try resident()
        let burst = Burst()
        burst.end()
        defer { withExtendedLifetime(burst) {} }
        #expect(try resident() > before + 32 << 20)
        let upkeep = Task { await HeapUpkeep(every: .milliseconds(10)).run() }
        defer { upkeep.cancel() }
        #expect(try comesTrue(within: .seconds(10)) { try resident() < before + 16 << 20 })
    }

    /// As when two bursts come between two looks: malloc has as much free after the second one as after the first.
    @Test func `memory that is used anew between two looks goes back as well`() throws {
        apus_trim_heap(0)
        let before = try resident()
        for _ in 0..<2 {
            let burst = Burst()
            burst.end()
            defer { withExtendedLifetime(burst) {} }
            #expect(try resident() > before + 32 << 20)
            apus_trim_heap(2 << 20)
            #expect(try resident() < before + 16 << 20)
        }
    }

    /// As when a look falls into a burst.
    @Test func `memory that a look found in use goes back when it is free`() throws {
        apus_trim_heap(0)
        let before = try resident()
        let burst = Burst()
        apus_trim_heap(2 << 20)
        burst.end()
        defer { withExtendedLifetime(burst) {} }
        apus_trim_heap(2 << 20)
        #expect(try resident() < before + 16 << 20)
    }

    /// As when a look falls into a burst of which each page has something that is in use still.
    @Test func `pages of which a look found a little in use go back when that is free`() throws {
        apus_trim_heap(0)
        let before = try resident()
        let blocks = (0..<131_072).compactMap { _ in malloc(240) }
        for block in blocks { memset(block, 1, 240) }
        // One of 4 KiB is kept.
        for (place, block) in blocks.enumerated() where place % 16 != 0 { free(block) }
        apus_trim_heap(2 << 20)
        #expect(try resident() > before + 24 << 20)
        // Less than 2 MiB, with which nearly all pages become free.
        for (place, block) in blocks.enumerated() where place % 16 == 0 && place % 128 != 0 { free(block) }
        defer {
            for (place, block) in blocks.enumerated() where place % 128 == 0 { free(block) }
            apus_trim_heap(0)
        }
        apus_trim_heap(2 << 20)
        #expect(try resident() < before + 12 << 20)
    }

    /// As with buffers that are larger than what comes into them.
    @Test func `memory that is free goes back beside memory that was asked for and never used`() throws {
        let unused = try #require(malloc(128 << 20))
        defer { free(unused) }
        apus_trim_heap(0)
        let before = try resident()
        let burst = Burst()
        burst.end()
        defer { withExtendedLifetime(burst) {} }
        #expect(try resident() > before + 32 << 20)
        apus_trim_heap(2 << 20)
        #expect(try resident() < before + 16 << 20)
    }
}

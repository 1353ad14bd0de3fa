import ApusLinux
import Testing

/// /proc/stat and /proc/meminfo of the whole machine.
@Suite struct HostFilesTests {
    private func read(_ text: String) -> HostStat? { Array(text.utf8).withUnsafeBufferPointer { HostStat($0) } }
    private func stat(_ text: String) throws -> HostStat { try #require(read(text)) }
    private func memory(_ text: String) -> HostMemory { Array(text.utf8).withUnsafeBufferPointer { HostMemory($0) } }

    @Test func `every mode has its ticks, and processors are counted by their lines`() throws {
        let found = try stat(
            """
            cpu  1 2 3 4 5 6 7 8 9 10
            cpu0 1 1 1 1 1 1 1 1 1 1
            cpu3 0 1 2 3 4 5 6 7 8 9
            intr 77 1 2 3
            ctxt 123456789012
            btime 1764000000
            processes 42
            procs_running 3
            procs_blocked 1
            softirq 5 1

            """)
        #expect(found.ticks == SIMD8(1, 2, 3, 4, 5, 6, 7, 8))
        #expect(found.processors == 2)
        #expect(found.contextSwitches == 123_456_789_012 && found.forks == 42)
        #expect(found.running == 3 && found.blocked == 1 && found.bootTime == 1_764_000_000)
    }

    @Test(arguments: ["", "\n", "\0\0", "nothing 1\n", "ctxt\nbtime -\n"])
    func `a text without a number of its own is none`(text: String) { #expect(read(text) == nil) }

    @Test func `what is not said is not 0`() throws {
        let found = try stat("ctxt 18446744073709551615\nprocesses 9007199254740993\n")
        #expect(found.ticks == nil && found.running == nil && found.forks == 9_007_199_254_740_993)
    }

    @Test(arguments: ["cpu x y\nctxt\nbtime -\n", "cpu 99999999999999999999 1\n"])
    func `what is no number is left out`(text: String) throws {
        let found = try stat(text)
        #expect(found.ticks.map { $0.max() <= 1 } == true)
        #expect(found.contextSwitches == nil && found.bootTime == nil)
    }

    @Test func `idle time that falls by some ticks stands, and what begins anew does`() throws {
        let first = try stat("cpu  100 0 0 5000 40 0 0 0\ncpu0 1\n")
        let second = try stat("cpu  101 0 0 4990 41 0 0 0\ncpu0 1\n").goingOn(from: first, second: 100)
        #expect(second.ticks == SIMD8(101, 0, 0, 5000, 41, 0, 0, 0))
        let third = try stat("cpu  102 0 0 5001 41 0 0 0\ncpu0 1\n").goingOn(from: second, second: 100)
        #expect(third.ticks == SIMD8(102, 0, 0, 5001, 41, 0, 0, 0))
        // A reading that says none of them loses none.
        let silent = try stat("ctxt 1\n").goingOn(from: third, second: 100)
        #expect(silent.ticks == nil)
        let fourth = try stat("cpu  102 0 0 4995 41 0 0 0\ncpu0 1\n").goingOn(from: silent, second: 100)
        #expect(fourth.ticks == third.ticks)
        let anew = try stat("cpu  1 0 0 2 0 0 0 0\n").goingOn(from: third, second: 100)
        #expect(anew.ticks == SIMD8(102, 0, 0, 2, 41, 0, 0, 0))
    }

    @Test func `a processor that goes off and comes back adds what it gains`() throws {
        func reading(_ all: Int, _ each: [Int: Int]) throws -> HostStat {
            let lines = each.sorted { $0.key < $1.key }.map { "cpu\($0) 0 0 0 \($1) 0 0 0 0\n" }.joined()
            return try stat("cpu  0 0 0 \(all) 0 0 0 0\n\(lines)")
        }
        var last = try reading(2_000_000, [0: 1_000_000, 1: 1_000_000])
        var idle: [Int64?] = []
        for next in [
            try reading(2_000_200, [0: 1_000_100, 1: 1_000_100]),
            // Off: the kernel leaves out most of what it had.
            try reading(1_000_700, [0: 1_000_200]), try reading(1_000_800, [0: 1_000_300]),
            // Back, with all that it had.
            try reading(2_000_500, [0: 1_000_400, 1: 1_000_100]), try reading(2_000_700, [0: 1_000_500, 1: 1_000_200]),
            // Off and back between two readings, begun anew.
            try reading(1_000_650, [0: 1_000_600, 1: 50]), try reading(1_000_850, [0: 1_000_700, 1: 150]),
        ] {
            last = next.goingOn(from: last, second: 100)
            idle.append(last.ticks?[3])
        }
        #expect(idle == [2_000_200, 2_000_300, 2_000_400, 2_000_500, 2_000_700, 2_000_850, 2_001_050])
    }

    @Test func `memory is in bytes, and a key is told from one that begins like it`() {
        let found = memory(
            """
            MemTotal:       24684096 kB
            MemFree:             1 kB
            Buffers:             2 kB
            Cached:              3 kB
            SwapCached:          4 kB
            SwapTotal:           5 kB
            SwapFree:            6 kB
            HugePages_Total:       7

            """)
        #expect(found.total == 24_684_096 << 10 && found.free == 1024 && found.buffers == 2048 && found.cached == 3072)
        #expect(found.swapTotal == 5120 && found.swapFree == 6144 && found.available == nil)
        #expect(memory("MemTotal: 9223372036854775807 kB\n").total == nil)
    }

    @Test func `the machine's own files are read whole`() throws {
        let stat = try ProcFile("/proc/stat").read(capacity: HostStat.capacity) { HostStat($0) }
        #expect(stat.processors >= 1 && stat.ticks?.wrappedSum() ?? 0 > 0)
        #expect(stat.bootTime.map { Double($0) } == KernelRoot.live.bootTime())
        let memory = try ProcFile("/proc/meminfo").read(capacity: 16_384) { HostMemory($0) }
        #expect(memory.total ?? 0 > memory.available ?? .max)
    }
}

import ApusLinux
import Testing

/// /proc/stat and /proc/meminfo of the whole machine.
@Suite struct HostFilesTests {
    private func stat(_ text: String) -> HostStat { Array(text.utf8).withUnsafeBufferPointer { HostStat($0) } }
    private func memory(_ text: String) -> HostMemory { Array(text.utf8).withUnsafeBufferPointer { HostMemory($0) } }

    @Test func `every mode has its ticks, and processors are counted by their lines`() {
        let found = stat(
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

    @Test(arguments: ["", "\n", "cpu", "cpu \n", "cpu x y\nctxt\nbtime -\n", "cpu 99999999999999999999 1\n", "\0\0"])
    func `what is no number is left out`(text: String) {
        let found = stat(text)
        #expect(found.ticks.max() <= 1)
        #expect(found.contextSwitches == nil && found.bootTime == nil)
    }

    @Test func `idle time that falls by some ticks stands, and what begins anew does`() {
        let first = stat("cpu  100 0 0 5000 40 0 0 0\ncpu0 1\n")
        let second = stat("cpu  101 0 0 4990 41 0 0 0\ncpu0 1\n").goingOn(from: first, second: 100)
        #expect(second.ticks == SIMD8(101, 0, 0, 5000, 41, 0, 0, 0))
        let third = stat("cpu  102 0 0 5001 41 0 0 0\ncpu0 1\n").goingOn(from: second, second: 100)
        #expect(third.ticks == SIMD8(102, 0, 0, 5001, 41, 0, 0, 0))
        let anew = stat("cpu  1 0 0 2 0 0 0 0\ncpu0 1\n").goingOn(from: third, second: 100)
        #expect(anew.ticks == SIMD8(102, 0, 0, 2, 41, 0, 0, 0))
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
        #expect(stat.processors >= 1 && stat.ticks.wrappedSum() > 0)
        #expect(stat.bootTime.map { Double($0) } == KernelRoot.live.bootTime())
        let memory = try ProcFile("/proc/meminfo").read(capacity: 16_384) { HostMemory($0) }
        #expect(memory.total ?? 0 > memory.available ?? .max)
    }
}

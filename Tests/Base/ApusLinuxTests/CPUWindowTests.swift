import ApusLinux
import Testing

@Suite struct CPUWindowTests {
    private func sample(at seconds: Double, cpu: Double) -> ProcessSample {
        ProcessSample(
            monotonicNanoseconds: UInt64(seconds * 1e9), userSeconds: cpu, systemSeconds: 0, residentBytes: 0, virtualBytes: 0,
            threads: 1)
    }

    @Test func `two cores in full are two hundred percent`() {
        var window = CPUWindow(interval: 15_000_000_000, start: sample(at: 100, cpu: 7))
        window.tick(sample(at: 115, cpu: 37))
        #expect(window.percent(at: sample(at: 115, cpu: 37)) == 200)
    }

    @Test func `a reading shortly after a tick looks back over the interval before, not over noise`() {
        var window = CPUWindow(interval: 10_000_000_000, start: sample(at: 0, cpu: 0))
        window.tick(sample(at: 10, cpu: 5))
        // 5 s of CPU in 10 s, then a burst of 10 ms within the first 10 ms: not 100 %.
        #expect(abs(window.percent(at: sample(at: 10.01, cpu: 5.01)) - 50.05) < 0.01)
        #expect(window.percent(at: sample(at: 16, cpu: 5)) == 0)
    }

    @Test func `before any time has passed it is zero, and never negative`() {
        let window = CPUWindow(interval: 1_000_000_000, start: sample(at: 5, cpu: 3))
        #expect(window.percent(at: sample(at: 5, cpu: 3)) == 0)
        #expect(window.percent(at: sample(at: 4, cpu: 2)) == 0)
        #expect(window.percent(at: sample(at: 6, cpu: 2)) == 0)
    }
}

import ApusAgent
import ApusLinux
import Glibc
import Testing

/// The time for proportional memory, shared by all processes.
@Suite struct ProportionalBudgetTests {
    private let time = TestTime()

    /// Uses CPU time as the kernel does when it looks at pages.
    private func spin(_ microseconds: Int) {
        var start = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
        var now = start
        while (now.tv_sec - start.tv_sec) * 1_000_000 + (now.tv_nsec - start.tv_nsec) / 1000 < microseconds {
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        }
    }

    @Test func `an interval takes no more than it may, and the next one begins anew`() throws {
        let budget = try #require(ProportionalBudget(.milliseconds(2), each: .seconds(1), work: AgentWork(at: time.now)))
        for _ in 0..<10 {
            time.pass(.seconds(1))
            let read = try (0..<12).count { _ in
                try budget.spend(on: 64 << 20, at: time.now) {
                    spin(500)
                    return (1, 0)
                } != nil
            }
            // What is expected of each is half a millisecond, too.
            #expect((1...4).contains(read))
        }
    }

    @Test func `what another thread has worked counts`() throws {
        let budget = try #require(ProportionalBudget(.milliseconds(2), each: .seconds(1), work: AgentWork(at: time.now)))
        time.pass(.seconds(1))
        let read = try (0..<12).count { _ in try budget.spend(on: 64 << 20, at: time.now) { (1, 500_000) } != nil }
        #expect((1...4).contains(read))
    }

    @Test func `a process that would take more than a whole interval's is never read, and none without a budget`() throws {
        let work = AgentWork(at: time.now)
        let budget = try #require(ProportionalBudget(.milliseconds(2), each: .seconds(1), work: work))
        let read = try budget.spend(on: 1 << 30, at: time.now) {
            Issue.record("was read")
            return (nil, 0)
        }
        #expect(read == nil)
        #expect(ProportionalBudget(.zero, each: .seconds(1), work: work) == nil)
    }
}

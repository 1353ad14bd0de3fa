import AgentMetrics
import ApusProbes
import Testing

@Suite struct ProbeFailureTests {
    @Test func `a failure has its reason`() {
        #expect(ProbeFailure(.timeout, "late").reason == .timeout)
    }
}

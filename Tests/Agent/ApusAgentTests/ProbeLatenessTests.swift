import AgentMetrics
import ApusAgent
import ApusProbes
import Testing

/// What the log says of probes that the agent does not ask.
@Suite struct ProbeLatenessTests {
    @Test func `the log has one line when it begins and one when it ends`() {
        let log = RecordedLog()
        var lateness = ProbeLateness()
        let ids = ["a", "b"].map { ProbeID(identity: InstanceIdentity(service: $0, instance: $0), kind: .tcp) }
        for overdue in [[], [ids[0]], ids, ids, [], []] { lateness.note(overdue, log.logger) }
        let begins = log.lines(ProbeLateness.beginning)
        #expect(begins == [["probes": "1", "first": "a/a (tcp)"]])
        #expect(log.lines(ProbeLateness.ending).count == 1)
    }
}

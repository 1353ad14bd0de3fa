import LoadTest
import Testing

@Suite struct `The books of a load test` {
    private var accounts = LoadAccounts()

    private mutating func request(_ outcome: RequestOutcome, due: Duration = .zero, answered: Duration = .milliseconds(1)) {
        _ = accounts.begin(maximumOutstanding: 1000)
        accounts.record(outcome, due: due, sent: due, answered: answered)
    }

    @Test mutating func `are even when everything arrives once`() {
        for index in 0..<10 {
            request(.accepted(id: "\(index)"))
            accounts.arrive(id: "\(index)", at: .milliseconds(5))
        }
        #expect(accounts.sent == 10)
        #expect(accounts.accepted == 10)
        #expect(accounts.delivered == 10)
        #expect(accounts.lost == 0)
        #expect(accounts.duplicates == 0)
        #expect(accounts.unacknowledged == 0)
        #expect(accounts.outstanding == 0)
    }

    @Test mutating func `show what was accepted and never arrived as lost, by its id`() {
        request(.accepted(id: "b"))
        request(.accepted(id: "a"))
        request(.accepted(id: "c"))
        accounts.arrive(id: "c", at: .zero)
        #expect(accounts.lost == 2)
        #expect(accounts.lostIDs == ["a", "b"])
        #expect(accounts.delivered == 1)
    }

    @Test mutating func `show each arrival after the first as a duplicate`() {
        request(.accepted(id: "a"))
        for _ in 0..<3 { accounts.arrive(id: "a", at: .milliseconds(3)) }
        #expect(accounts.duplicates == 2)
        #expect(accounts.delivered == 1)
        #expect(accounts.lost == 0)
    }

    @Test mutating func `take an arrival before the answer as the delivery, and one again as a duplicate`() {
        _ = accounts.begin(maximumOutstanding: 10)
        accounts.arrive(id: "a", at: .milliseconds(4))
        accounts.arrive(id: "a", at: .milliseconds(5))
        #expect(accounts.unacknowledged == 1)
        accounts.record(.accepted(id: "a"), due: .milliseconds(1), sent: .milliseconds(2), answered: .milliseconds(6))
        #expect(accounts.unacknowledged == 0)
        #expect(accounts.delivered == 1)
        #expect(accounts.lost == 0)
        #expect(accounts.duplicates == 1)
        #expect(abs(accounts.delivery.summary.max - 3) < 0.01)
    }

    @Test mutating func `keep an arrival whose request failed apart`() {
        request(.failed(reason: "timeout"))
        accounts.arrive(id: "a", at: .zero)
        #expect(accounts.unacknowledged == 1)
        #expect(accounts.delivered == 0)
        #expect(accounts.failures == ["timeout": 1])
    }

    @Test mutating func `take an id that two requests got as a failure: one delivery cannot be both`() {
        request(.accepted(id: "a"))
        request(.accepted(id: "a"))
        accounts.arrive(id: "a", at: .zero)
        #expect(accounts.accepted == 1)
        #expect(accounts.failed == 1)
        #expect(accounts.delivered == 1)
    }

    @Test mutating func `move what the system gave up from lost to dead, once`() {
        request(.accepted(id: "a"))
        accounts.bury(id: "a")
        accounts.bury(id: "a")
        accounts.bury(id: "unknown")
        #expect(accounts.dead == 1)
        #expect(accounts.lost == 0)
        #expect(accounts.errorRate == 1)
    }

    @Test mutating func `drop a request when too many are without an answer, and go on after an answer`() {
        let sent = (0..<3).map { _ in accounts.begin(maximumOutstanding: 2) }
        #expect(sent == [true, true, false])
        #expect(accounts.dropped == 1)
        #expect(accounts.sent == 2)
        accounts.record(.accepted(id: "a"), due: .zero, sent: .zero, answered: .zero)
        let isSent = accounts.begin(maximumOutstanding: 2)
        #expect(isSent)
        #expect(accounts.errorRate == 0.25)
    }

    @Test mutating func `measure from the time a request was due, and the service time beside it`() {
        _ = accounts.begin(maximumOutstanding: 1)
        accounts.record(.accepted(id: "a"), due: .milliseconds(100), sent: .milliseconds(350), answered: .milliseconds(400))
        accounts.arrive(id: "a", at: .milliseconds(600))
        #expect(accounts.enqueue.summary.average == 300)
        #expect(accounts.service.summary.average == 50)
        #expect(accounts.delivery.summary.average == 500)
    }
}

@Suite struct `A distribution of latencies` {
    @Test func `gives the percentiles of known data within its three digits`() {
        var distribution = LatencyDistribution()
        for millisecond in (1...1000).shuffled() { distribution.record(.milliseconds(millisecond)) }
        let summary = distribution.summary
        #expect(summary.count == 1000)
        #expect(abs(summary.average - 500.5) < 0.001)
        #expect(abs(summary.p50 - 500) <= 0.5)
        #expect(abs(summary.p95 - 950) <= 1)
        #expect(abs(summary.p99 - 990) <= 1)
        #expect(abs(summary.max - 1000) <= 1)
    }

    @Test func `sees the one slow request in a thousand only above the 99th percentile`() {
        var distribution = LatencyDistribution()
        for _ in 0..<999 { distribution.record(.milliseconds(2)) }
        distribution.record(.seconds(10))
        #expect(distribution.summary.p99 <= 2.01)
        #expect(distribution.summary.max >= 9990)
    }

    @Test func `is all zeros when nothing was measured`() { #expect(LatencyDistribution().summary == LatencySummary()) }

    @Test func `takes what cannot be as its limits`() {
        var distribution = LatencyDistribution()
        distribution.record(.seconds(-1))
        distribution.record(.seconds(100_000))
        #expect(distribution.summary.count == 2)
        #expect(abs(distribution.summary.max - 3_600_000) <= 3600)
    }
}

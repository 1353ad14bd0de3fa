import FoundationEssentials
import LoadTest
import Testing

@Suite struct `The thresholds of a load test` {
    private func accounts(
        requests: Int = 1000, latency: Duration = .milliseconds(10), _ change: (inout LoadAccounts) -> Void = { _ in }
    ) -> LoadAccounts {
        var accounts = LoadAccounts()
        for index in 0..<requests {
            _ = accounts.begin(maximumOutstanding: 1)
            accounts.record(.accepted(id: "\(index)"), due: .zero, sent: .zero, answered: latency)
            accounts.arrive(id: "\(index)", at: latency)
        }
        change(&accounts)
        return accounts
    }

    private func misses(_ accounts: LoadAccounts, _ thresholds: LoadThresholds = LoadThresholds()) -> [String] {
        thresholds.misses(in: accounts).map(\.name)
    }

    @Test func `are met when all goes well`() { #expect(misses(accounts()).isEmpty) }

    @Test func `are missed by one notification that is lost`() {
        let lossy = accounts {
            _ = $0.begin(maximumOutstanding: 1)
            $0.record(.accepted(id: "lost"), due: .zero, sent: .zero, answered: .zero)
        }
        #expect(misses(lossy) == ["lost"])
        #expect(misses(lossy, LoadThresholds(lost: 1)).isEmpty)
    }

    @Test func `are missed by one notification that comes twice`() {
        let repeating = accounts { $0.arrive(id: "0", at: .zero) }
        #expect(misses(repeating) == ["duplicates"])
        #expect(misses(repeating, LoadThresholds(duplicates: 1)).isEmpty)
    }

    @Test func `allow one failure in a hundred and no more`() {
        func failing(_ count: Int) -> LoadAccounts {
            accounts(requests: 1000 - count) {
                for _ in 0..<count {
                    _ = $0.begin(maximumOutstanding: 1)
                    $0.record(.failed(reason: "status 500"), due: .zero, sent: .zero, answered: .zero)
                }
            }
        }
        #expect(misses(failing(10)).isEmpty)
        #expect(misses(failing(11)) == ["error rate"])
    }

    @Test func `count what was not sent at all as failed`() {
        let dropping = accounts(requests: 10) {
            _ = $0.begin(maximumOutstanding: 1)
            _ = $0.begin(maximumOutstanding: 1)
        }
        #expect(misses(dropping) == ["error rate"])
    }

    @Test func `are missed when nothing was accepted`() {
        #expect(misses(LoadAccounts()) == ["accepted"])
    }

    @Test func `hold for the average and each percentile by itself`() {
        let slow = accounts(latency: .milliseconds(400))
        #expect(misses(slow) == ["average enqueue latency", "p95 enqueue latency"])
        #expect(misses(slow, LoadThresholds(average: 500, p95: 500, p99: 300)) == ["p99 enqueue latency"])
    }

    @Test func `say what was measured and what it must be`() {
        let misses = LoadThresholds(average: 9.5).misses(in: accounts())
        #expect(misses.map(\.description) == ["average enqueue latency: 10 ms, must be at most 9.5 ms"])
        #expect(LoadThresholds().misses(in: LoadAccounts()).map(\.description) == ["accepted: 0, must be at least 1"])
    }
}

@Suite struct `The report of a load test` {
    private func report(interrupted: Bool = false, lost: Bool = false) -> LoadReport {
        var accounts = LoadAccounts()
        for index in 0..<20 {
            _ = accounts.begin(maximumOutstanding: 1)
            let due = Duration.milliseconds(index * 100)
            accounts.record(.accepted(id: "\(index)"), due: due, sent: due, answered: due + .milliseconds(12))
            if !lost || index > 0 { accounts.arrive(id: "\(index)", at: due + .milliseconds(40)) }
        }
        _ = accounts.begin(maximumOutstanding: 1)
        accounts.record(.failed(reason: "status 503"), due: .seconds(2), sent: .seconds(2), answered: .milliseconds(2003))
        let plan = LoadPlan(rate: 10, duration: .seconds(2), users: 5, apis: ["http://127.0.0.1:3001"])
        return LoadReport(
            plan: plan, accounts: accounts, thresholds: LoadThresholds(errorRate: 0.1), interrupted: interrupted)
    }

    @Test func `has everything that the issue of a test needs in its text`() {
        let text = report().text
        for line in [
            "load        10/s for 2 s to http://127.0.0.1:3001, 5 users",
            "requests    sent 21, accepted 20, failed 1, dropped 0",
            "deliveries  delivered 20, duplicates 0, lost 0, dead 0", "failure     status 503: 1", "result      passed",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
        #expect(text.contains("  enqueue to delivered        40.0      40.0      40.0      40.0      40.0\n"))
        #expect(text.contains("throughput  9.985 accepted/s, 10 delivered/s\n"))
    }

    @Test func `names the thresholds that were missed`() {
        let text = report(lost: true).text
        #expect(text.hasSuffix("result      FAILED\n  lost: 1, must be at most 0\n"))
        #expect(report(interrupted: true).text.contains("(interrupted)"))
    }

    @Test func `reads back from its JSON, whose keys are sorted`() throws {
        let original = report(lost: true)
        let json = try original.json()
        #expect(try JSONDecoder().decode(LoadReport.self, from: Data(json.utf8)) == original)
        #expect(!original.passed)
        #expect(json.contains(#""lost" : 1"#))
        let keys = json.split(separator: "\n").filter { $0.hasPrefix("  \"") }.compactMap {
            $0.split(separator: "\"").dropFirst().first
        }
        #expect(keys == keys.sorted())
        #expect(keys.contains("delivered"))
    }
}

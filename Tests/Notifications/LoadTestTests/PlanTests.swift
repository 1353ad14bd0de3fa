import LoadTest
import Testing

@Suite struct `A load plan` {
    private func plan(
        rate: Double = 12, duration: Duration = .seconds(1), users: Int = 1, apis: [String] = ["http://127.0.0.1:3001"]
    ) -> LoadPlan { LoadPlan(rate: rate, duration: duration, users: users, apis: apis) }

    @Test(arguments: [0, -1, Double.nan, .infinity, 1_000_001])
    func `refuses impossible rates`(rate: Double) {
        do throws(LoadPlanError) {
            try plan(rate: rate).validate(allowsRemote: false)
            Issue.record("a rate of \(rate) is accepted")
        } catch {
            guard case .rate = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `refuses no time, no users and no API`() {
        #expect(throws: LoadPlanError.duration) { try plan(duration: .zero).validate(allowsRemote: false) }
        #expect(throws: LoadPlanError.users(0)) { try plan(users: 0).validate(allowsRemote: false) }
        #expect(throws: LoadPlanError.noAPI) { try plan(apis: []).validate(allowsRemote: false) }
    }

    @Test(arguments: ["", "127.0.0.1:3001", "ftp://127.0.0.1", "http:", "nonsense"])
    func `refuses what is no address`(address: String) {
        #expect(throws: LoadPlanError.notAnAddress(address)) { try plan(apis: [address]).validate(allowsRemote: true) }
    }

    @Test(arguments: ["http://127.0.0.1:99999", "http://127.0.0.1:99999999999999999999", "http://[::1]:0"])
    func `refuses a port that no connection can go to`(address: String) {
        #expect(throws: LoadPlanError.noPort(address)) { try plan(apis: [address]).validate(allowsRemote: true) }
    }

    @Test(arguments: [
        "http://example.com", "http://10.0.0.1:3001", "http://127.0.0.1.example.com", "http://128.0.0.1",
        "https://[2001:db8::1]",
    ])
    func `aims at another machine only when that is asked for`(address: String) throws {
        #expect(throws: LoadPlanError.remote(address)) { try plan(apis: [address]).validate(allowsRemote: false) }
        try plan(apis: [address]).validate(allowsRemote: true)
    }

    @Test(arguments: ["http://localhost:3001", "http://127.0.0.1", "http://127.9.9.9:1/", "https://[::1]:3001"])
    func `takes every address of this machine's loopback`(address: String) throws {
        try plan(apis: [address]).validate(allowsRemote: false)
    }

    @Test func `takes an address with a slash at its end as one without`() {
        #expect(plan(apis: ["http://127.0.0.1:3001/"]).apis == ["http://127.0.0.1:3001"])
    }
}

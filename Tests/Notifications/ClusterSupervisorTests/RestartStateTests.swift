import ClusterSupervisor
import Testing

@Suite struct `When a child is started again` {
    private let policy = RestartPolicy(
        initialDelay: .seconds(1), maximumDelay: .seconds(8), jitter: 0.1, healthyAfter: .seconds(60), crashLimit: 100,
        crashWindow: .seconds(300))

    /// The delay of each crash, the crashes a second apart.
    private func delays(_ count: Int, _ state: inout RestartState, random: Double = 0.5) -> [Duration] {
        (0..<count).compactMap { index in
            guard case .restart(let delay) = state.exited(at: .seconds(index), random: random) else { return nil }
            return delay
        }
    }

    @Test func `delays double from the first to the longest`() {
        var state = RestartState(policy: policy)
        #expect(delays(6, &state) == [1, 2, 4, 8, 8, 8].map { .seconds($0) })
    }

    @Test(arguments: [(0.0, 900), (0.5, 1000), (1.0, 1100)])
    func `jitter places a delay within its ratio`(random: Double, milliseconds: Int) {
        var state = RestartState(policy: policy)
        let delay = delays(1, &state, random: random)
        #expect(delay.count == 1)
        #expect(delay.allSatisfy { abs(($0 - .milliseconds(milliseconds)) / .milliseconds(1)) < 0.001 })
    }

    @Test func `a healthy while starts the backoff over`() {
        var state = RestartState(policy: policy)
        _ = delays(4, &state)
        state.becameReady(at: .seconds(10))
        #expect(state.exited(at: .seconds(70), random: 0.5) == .restart(after: .seconds(1)))
    }

    @Test func `a while that is too short does not`() {
        var state = RestartState(policy: policy)
        _ = delays(2, &state)
        state.becameReady(at: .seconds(10))
        #expect(state.exited(at: .seconds(69), random: 0.5) == .restart(after: .seconds(4)))
    }

    @Test func `health counts from readiness of this process, not of one before`() {
        var state = RestartState(policy: policy)
        state.becameReady(at: .seconds(0))
        _ = state.exited(at: .seconds(1), random: 0.5)
        #expect(state.exited(at: .seconds(100), random: 0.5) == .restart(after: .seconds(2)))
    }

    @Test func `so many crashes within the window park the child`() {
        var policy = policy
        policy.crashLimit = 3
        var state = RestartState(policy: policy)
        #expect(delays(2, &state).count == 2)
        #expect(state.exited(at: .seconds(299), random: 0.5) == .park(crashes: 3))
    }

    @Test func `crashes that are older than the window do not count`() {
        var policy = policy
        policy.crashLimit = 3
        var state = RestartState(policy: policy)
        #expect(delays(2, &state).count == 2)
        #expect(state.exited(at: .seconds(301), random: 0.5) == .restart(after: .seconds(4)))
    }

    @Test func `a healthy child that crashes now and then is never parked`() {
        var policy = policy
        policy.crashLimit = 2
        var state = RestartState(policy: policy)
        for hour in 0..<100 {
            state.becameReady(at: .seconds(hour * 3600))
            #expect(state.exited(at: .seconds(hour * 3600 + 3000), random: 0.5) == .restart(after: .seconds(1)))
        }
    }

    @Test func `restarts switched off leave the child down`() {
        var state = RestartState(policy: .never)
        #expect(state.exited(at: .zero, random: 0.5) == .leaveDown)
    }

    @Test func `a longest delay under the first one is raised to it`() {
        var state = RestartState(policy: RestartPolicy(initialDelay: .seconds(90), maximumDelay: .seconds(30), jitter: 0))
        #expect(state.exited(at: .zero, random: 0.5) == .restart(after: .seconds(90)))
    }
}

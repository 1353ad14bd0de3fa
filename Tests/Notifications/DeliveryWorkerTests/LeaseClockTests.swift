import ApusThreads
import DeliveryWorker
import HostTesting
import Testing

@Suite struct LeaseClockTests {
    private let sent = ContinuousClock.now

    @Test func `a lease counts from the sending of the request, less a margin`() {
        let clock = LeaseClock(sent: sent, duration: .seconds(300))
        #expect(clock.deadline == sent + .seconds(298))
        #expect(clock.renewal == sent + .seconds(100))
        #expect(clock.isHeld(at: sent + .seconds(297)))
        #expect(!clock.isHeld(at: sent + .seconds(298)))
    }

    @Test(
        "the margin is a tenth, two seconds at most",
        arguments: [
            (Duration.seconds(300), Duration.seconds(2)), (.seconds(10), .seconds(1)), (.seconds(1), .milliseconds(100)),
        ])
    func margins(duration: Duration, margin: Duration) {
        #expect(LeaseClock.margin(of: duration) == margin)
    }

    @Test func `an attempt begins only when it would end before the deadline`() {
        let clock = LeaseClock(sent: sent, duration: .seconds(300))
        #expect(clock.leaves(.seconds(10), at: sent + .seconds(288)))
        #expect(!clock.leaves(.seconds(10), at: sent + .seconds(288) + .nanoseconds(1)))
    }

    @Test("an attempt can begin at any time before a renewal is due, however short the lease", arguments: [1, 3, 15, 60, 300])
    func shortLeases(seconds: Int) {
        var configuration = WorkerConfiguration()
        configuration.lease = .seconds(seconds)
        let clock = LeaseClock(sent: sent, duration: configuration.lease)
        #expect(clock.leaves(configuration.attemptLimit, at: clock.renewal))
        #expect(configuration.attemptLimit <= .seconds(10))
    }

    @Test func `a failing store is asked again after growing pauses, until it works`() {
        var generator = SeededGenerator(seed: 1)
        var store = WorkerState.storeBreaker
        #expect(store.allows(sent))
        for longest in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            store.fail(at: sent, using: &generator)
            #expect(!store.allows(sent + .milliseconds(longest / 2) - .nanoseconds(1)))
            #expect(store.allows(sent + .milliseconds(longest)))
        }
        #expect(store.failures == 8)
        store.succeed()
        #expect(store.allows(sent) && store.failures == 0)
    }
}

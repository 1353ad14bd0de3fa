import ApusThreads
import HostTesting
import Testing

@Suite struct `A backoff` {
    private func pauses(_ count: Int, of backoff: inout Backoff, random: Double = 0.5) -> [Duration] {
        (0..<count).map { _ in backoff.fail(random: random) }
    }

    @Test func `doubles its pauses from the first to the longest`() {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(60))
        #expect(pauses(9, of: &backoff) == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        #expect(backoff.failures == 9)
    }

    @Test(arguments: [(1.0, [7, 7, 7]), (3.0, [7, 21, 63])])
    func `grows by its factor`(factor: Double, seconds: [Int]) {
        var backoff = Backoff(first: .seconds(7), factor: factor, longest: .seconds(100))
        #expect(pauses(3, of: &backoff) == seconds.map { .seconds($0) })
    }

    @Test func `begins anew after a success`() {
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
        _ = pauses(20, of: &backoff)
        backoff.succeed()
        #expect(backoff.failures == 0)
        #expect(pauses(2, of: &backoff) == [.milliseconds(100), .milliseconds(200)])
    }

    @Test(arguments: [(0.0, 800), (0.25, 900), (0.5, 1000), (1.0, 1200)])
    func `places a pause within its spread, by chance that is given to it`(random: Double, milliseconds: Int) {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(8), spread: 0.8...1.2)
        let pause = backoff.fail(random: random)
        #expect(abs((pause - .milliseconds(milliseconds)) / .milliseconds(1)) < 0.001)
    }

    @Test func `spreads those who wait for one thing, and no further than it says`() {
        var numbers = SeededGenerator(seed: 1)
        let pauses = (0..<200).map { _ in
            var backoff = Backoff(first: .seconds(10), longest: .seconds(10), spread: 0.5...1)
            return backoff.fail(using: &numbers)
        }
        #expect(Set(pauses).count > 150)
        #expect(pauses.allSatisfy { (.seconds(5)...(.seconds(10))).contains($0) })
        #expect(pauses.contains { $0 < .seconds(6) } && pauses.contains { $0 > .seconds(9) })
    }

    @Test func `stays at its longest pause, however often it fails`() {
        var backoff = Backoff(first: .milliseconds(1), longest: .seconds(5))
        #expect(pauses(5000, of: &backoff).suffix(4980).allSatisfy { $0 == .seconds(5) })
    }

    @Test func `takes a longest pause that changes, and one below the first as the first`() {
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
        _ = pauses(10, of: &backoff)
        backoff.longest = .milliseconds(500)
        #expect(pauses(1, of: &backoff) == [.milliseconds(500)])
        var other = Backoff(first: .seconds(90), longest: .seconds(30))
        #expect(pauses(2, of: &other) == [.seconds(90), .seconds(90)])
    }
}

import HostTesting
import Testing

/// An agent among subjects that come and go; `simulated-week 40000` is a week of it.
@Suite struct SimulatedWeekTests {
    @Test func `neither memory nor descriptors grow where everything begins and ends at each turn`() async throws {
        let week = try await Command.runApart(BuiltProgram.path("simulated-week"), ["400"])
        #expect(week.passed, "\(week.text)")
    }
}

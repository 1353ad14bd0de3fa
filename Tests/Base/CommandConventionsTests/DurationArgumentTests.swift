import ArgumentParser
import CommandConventions
import Testing

@Suite struct `Durations on a command line` {
    private struct Command: ParsableCommand {
        @Option var every: Duration = .seconds(90)
    }

    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("1h30m", .seconds(5400)), ("1w", .seconds(604_800)), ("0", .zero),
    ])
    func `are read as everywhere else`(text: String, duration: Duration) throws {
        #expect(try Command.parse(["--every", text]).every == duration)
    }

    @Test(arguments: ["", "15", "1.5s", "15 s", "1s5", "99999999999999999999s"])
    func `are refused in any other form`(text: String) {
        let error = #expect(throws: (any Error).self) { try Command.parse(["--every", text]) }
        #expect(error.map { Command.message(for: $0) }?.contains("'\(text)' is invalid for '--every <every>'") == true)
    }

    @Test func `have a default that help shows in the same form`() {
        #expect(Command.helpMessage().contains("(default: 1m30s)"))
    }
}

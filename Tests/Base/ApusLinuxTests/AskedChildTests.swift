import ApusLinux
import CLinux
import Glibc
import HostTesting
import Testing

/// A child that is asked, whatever it does.
@Suite(.timeLimit(.minutes(1))) struct AskedChildTests {
    private struct Asked: Equatable {
        let outcome: AskedChild.Outcome
        var isGone = true
    }

    /// Asks a child that runs a script of the shell, whose standard input and output are the socket.
    private func ask(
        _ script: String, _ question: [UInt8] = [1, 2, 3], within limit: Duration = .seconds(20)
    ) throws -> Asked {
        let folder = try TemporaryFolder()
        try folder.write(script, to: "child")
        let child = try AskedChild("/bin/sh", word: folder.path("child"))
        let deadline = apus_monotonic_nanoseconds() + UInt64(limit / .nanoseconds(1))
        return Asked(outcome: child.ask(question, most: 1000, until: deadline), isGone: child.end())
    }

    @Test func `an answer is taken whole, however slowly it comes`() throws {
        #expect(try ask("exec cat") == Asked(outcome: .answer([1, 2, 3])))
        #expect(
            try ask(#"printf '\0\0'; sleep 0.1; printf '\0\2a'; sleep 0.1; printf b; exec sleep 50"#)
                == Asked(outcome: .answer([97, 98])))
        #expect(try ask(#"printf '\0\0\0\0'; exec sleep 50"#) == Asked(outcome: .answer([])))
    }

    @Test(arguments: ["exec sleep 50", #"printf '\0\0\0\2a'; exec sleep 50"#, #"printf '\0\0\3'; exec sleep 50"#])
    func `without a whole answer the time is up`(script: String) throws {
        let start = apus_monotonic_nanoseconds()
        #expect(try ask(script, within: .milliseconds(300)) == Asked(outcome: .silence))
        #expect(apus_monotonic_nanoseconds() - start < 10_000_000_000)
    }

    @Test(arguments: ["exit 0", "kill -9 $$", #"printf '\0\0\0\2a'"#, #"printf '\0\0\4\0'; exec sleep 50"#, "exec yes"])
    func `one that ends, or sends more than it may, has no answer`(script: String) throws {
        #expect(try ask(script) == Asked(outcome: .end))
    }

    @Test func `a question that nobody reads ends in time`() throws {
        let question = [UInt8](repeating: 0, count: 4 << 20)
        #expect(try ask("exec sleep 50", question, within: .milliseconds(300)) == Asked(outcome: .silence))
    }
}

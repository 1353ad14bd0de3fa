import ApusSystemd
import HostTesting
import Logging
import Testing

@Suite struct LogOutputTests {
    @Test(
        arguments: [
            (LogDestination.auto, true, true), (.auto, false, false), (.journal, false, true), (.json, false, true),
            (.stderr, true, false),
        ] as [(LogDestination, Bool, Bool)])
    func `the destination decides whether the journal is asked`(
        destination: LogDestination, standardErrorIsJournal: Bool, isJournal: Bool
    ) throws {
        let receiver = try DatagramReceiver()
        let output = LogOutput(
            destination, socketPath: receiver.path, standardErrorIsJournal: standardErrorIsJournal)
        #expect((output.journal != nil) == isJournal)
        #expect((output.handler(label: "l") is JournalLogHandler) == isJournal)
        #expect(output.flush(within: .seconds(1)))
    }
}

import ApusSystemd
import Glibc
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

    @Test func `a line for people has nothing in it that is not seen, and is one line`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let output = LogOutput(.stderr, standardError: StandardErrorStream(descriptor: ends[1]))
        let logger = Logger(label: "test") { output.handler(label: $0) }
        logger.warning("told", metadata: ["series": "\u{1B}]0;evil\u{7}\u{85}\u{9B}\u{2028}\u{202E}\nnext größe"])
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let line = String(decoding: buffer[..<read(ends[0], &buffer, buffer.count)], as: UTF8.self)
        #expect(line.contains("?]0;evil?????\\nnext größe"), "\(line)")
        #expect(line.utf8.count { $0 == UInt8(ascii: "\n") } == 1 && line.hasSuffix("\n"))
    }

    @Test(arguments: [LogDestination.auto, .stderr])
    func `a log that nobody reads keeps nobody waiting, and says later how much of it is missing`(
        destination: LogDestination
    ) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let output = LogOutput(
            destination, socketPath: "/nonexistent", standardErrorIsJournal: false,
            standardError: StandardErrorStream(descriptor: ends[1]))
        let logger = Logger(label: "test") { output.handler(label: $0) }
        // A pipe has room for 64 KiB: this would wait for ever.
        for number in 0..<2000 { logger.warning("line \(number) of a log that goes into a pipe without a reader") }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let first = String(decoding: buffer[..<read(ends[0], &buffer, buffer.count)], as: UTF8.self)
        #expect(first.contains("line 0 of a log"))
        let lost = output.lost
        logger.warning("the last")
        #expect(output.lost == lost, "and it is counted")
        let rest = String(decoding: buffer[..<read(ends[0], &buffer, buffer.count)], as: UTF8.self)
        let kept = first.split(separator: "\n").count { $0.hasSuffix("without a reader") }
        #expect(
            rest.contains("\n\(2000 - kept) lines of the log were lost: nobody read them\n")
                || rest.hasPrefix("\(2000 - kept) lines"))
        #expect(rest.hasSuffix("the last\n"))
        #expect(lost == UInt64(2000 - kept))
    }
}

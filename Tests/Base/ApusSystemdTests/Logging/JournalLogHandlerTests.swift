import ApusSystemd
import EventCatalog
import Logging
import Testing

@Suite struct JournalLogHandlerTests {
    private struct Lost: Error, CustomStringConvertible { var description: String { "the store is gone" } }

    private func handler() -> JournalLogHandler {
        JournalLogHandler(label: "agent.reports", journal: JournalSocket(path: "/nowhere/socket"), identifier: "apus-agent")
    }

    private func fields(
        _ handler: JournalLogHandler, _ metadata: Logger.Metadata?, level: Logger.Level = .info, error: (any Error)? = nil
    ) -> [String] {
        let event = LogEvent(
            level: level, message: "hello", error: error, metadata: metadata, source: nil, file: "Apus/File.swift",
            function: "run()", line: 42)
        return handler.entry(event).fields.map { "\($0.nameText)=\($0.valueText)" }
    }

    private let own = [
        "MESSAGE=hello", "PRIORITY=6", "SYSLOG_IDENTIFIER=apus-agent", "LOGGER=agent.reports", "CODE_FILE=Apus/File.swift",
        "CODE_LINE=42", "CODE_FUNC=run()",
    ]

    @Test func `an entry has the documented fields`() {
        #expect(fields(handler(), nil) == own)
    }

    @Test(
        arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func `a level becomes a severity of syslog`(level: Logger.Level, priority: Int) {
        #expect(fields(handler(), nil, level: level)[1] == "PRIORITY=\(priority)")
    }

    @Test func `metadata become fields, nested ones by both names, arrays as several values`() {
        let metadata: Logger.Metadata = [
            "trace-id": "4bf9", "http": ["method": "GET", "status": .stringConvertible(200)], "tags": ["a", "b"],
        ]
        #expect(
            Array(fields(handler(), metadata).dropFirst(7))
                == ["HTTP_METHOD=GET", "HTTP_STATUS=200", "TAGS=a", "TAGS=b", "TRACE_ID=4bf9"])
    }

    @Test func `what is not seen in a text from outside is shown, and line ends are kept`() {
        let text: Logger.MetadataValue = "\u{1B}]0;evil\u{7}\u{85}\u{9B}\u{2028}\u{202E}\nnext"
        let shown = "?]0;evil?????\nnext"
        #expect(
            Array(fields(handler(), ["a": text, "b": [text], "c": ["d": text]]).dropFirst(7))
                == ["A=\(shown)", "B=\(shown)", "C_D=\(shown)"])
    }

    @Test func `keys that become the same name are kept apart, the same way in every run`() {
        let metadata: Logger.Metadata = ["user-id": "1", "user.id": "2", "userID": "3", "message": "4", "priority": "0"]
        let expected = ["MESSAGE_2=4", "PRIORITY_2=0", "USER_ID=1", "USER_ID_2=2", "USER_ID_3=3"]
        for _ in 0..<20 { #expect(Array(fields(handler(), metadata).dropFirst(7)) == expected) }
    }

    @Test func `only the number of an event becomes MESSAGE_ID`() {
        #expect(
            fields(handler(), CataloguedEvent.entriesDropped.metadata).last == "MESSAGE_ID=0b118d03199045ad963cb911d455de1d")
        #expect(fields(handler(), ["MESSAGE_ID": "order 7"]).last == "MESSAGE_ID_2=order 7")
    }

    @Test func `the call's metadata win over the provider's, and those over the handler's`() {
        var handler = handler()
        handler[metadataKey: "a"] = "handler"
        handler[metadataKey: "b"] = "handler"
        handler[metadataKey: "c"] = "handler"
        handler.metadataProvider = .init { ["b": "provider", "c": "provider"] }
        #expect(Array(fields(handler, ["c": "call"]).dropFirst(7)) == ["A=handler", "B=provider", "C=call"])
    }

    @Test func `an error is a field of its own, with its type`() {
        let fields = fields(handler(), nil, error: Lost())
        #expect(fields[7] == "ERROR=the store is gone")
        #expect(fields[8].hasPrefix("ERROR_TYPE=") && fields[8].hasSuffix("Lost"))
    }

    @Test func `without an error its names are free for metadata`() {
        #expect(fields(handler(), ["error": "the disk is full"]).last == "ERROR=the disk is full")
        #expect(fields(handler(), ["error": "the disk is full"], error: Lost()).last == "ERROR_2=the disk is full")
    }

    @Test func `bytes stay bytes`() {
        let event = LogEvent(
            level: .info, message: "x", metadata: ["raw": .stringConvertible(BinaryValue([0, 10, 255]))], source: nil,
            file: "f",
            function: "g", line: 1)
        #expect(handler().entry(event).fields.last.map { Array($0.value) } == [0, 10, 255])
        #expect(BinaryValue([0, 10, 255]).description == "000aff")
    }

    @Test func `level and metadata are values of a logger's own`() {
        let handler = handler()
        var first = Logger(label: "l", factory: { _ in handler })
        first.logLevel = .debug
        first[metadataKey: "only-on"] = "first"
        var second = first
        second.logLevel = .error
        second[metadataKey: "only-on"] = "second"
        #expect(first.logLevel == .debug)
        #expect(second.logLevel == .error)
        #expect(first[metadataKey: "only-on"] == "first")
        #expect(second[metadataKey: "only-on"] == "second")
    }
}

import ApusMetrics
import Testing

@Suite struct ProtobufEncoderTests {
    private static let counter = MetricFamily(name: "a_total", kind: .counter, help: "H.")

    @Test func `a counter is written to the byte`() {
        var encoder = ProtobufEncoder()
        encoder.begin(Self.counter)
        encoder.point(
            Point(labels: LabelBytes.render([("l", "é\n"), ("empty", ""), ("m", "1")]), value: .integer(1), created: 2.5),
            of: Self.counter)
        encoder.finish()
        let metric: [UInt8] =
            // Labels, of which the empty one is absent.
            [0x0A, 8, 0x0A, 1, 0x6C, 0x12, 3, 0xC3, 0xA9, 0x0A, 0x0A, 6, 0x0A, 1, 0x6D, 0x12, 1, 0x31]
            // The counter: 1.0, begun at 2 s and 500,000,000 ns.
            + [0x1A, 19, 0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x1A, 8, 0x08, 2, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
        let family = [0x0A, 7] + Array("a_total".utf8) + [0x12, 2] + Array("H.".utf8) + [0x18, 0, 0x22, 39] + metric
        #expect(metric.count == 39)
        // The length has five bytes, so that it can grow in its place.
        #expect(encoder.bytes == [0x80 | UInt8(family.count), 0x80, 0x80, 0x80, 0] + family)
    }

    @Test func `a family without series leaves nothing, in any order of calls`() {
        var encoder = ProtobufEncoder()
        encoder.begin(Self.counter)
        encoder.begin(MetricFamily(name: "b", kind: .gauge, help: "H."))
        encoder.removeAll()
        encoder.finish()
        #expect(encoder.bytes.isEmpty)
    }

    @Test func `bytes are whole messages between any two series`() throws {
        var encoder = ProtobufEncoder()
        var taken: [UInt8] = []
        encoder.begin(Self.counter)
        for index in 0..<300 {
            encoder.sample([("i", "\(index)")], Double(index))
            #expect(try Self.messageCount(taken + encoder.bytes) == 1 + index / 100)
            if index % 100 == 99, index < 299 {
                taken += encoder.bytes
                encoder.removeAll()
                #expect(encoder.bytes.isEmpty)
            }
        }
        // 41 bytes a series: the length is past one and two bytes.
        #expect(encoder.bytes.count > 2_000)
    }

    @Test(arguments: [
        "", "x", "x=", "x=\"", "x=\"a", "x=\"a\\\"", "=\"\"", ",", "\"", "\\", "a=\"1\"b", "a=\"1\",", "a=\"1\",b=",
    ])
    func `labels that break the grammar neither trap nor spoil the message`(labels: String) throws {
        var encoder = ProtobufEncoder()
        encoder.begin(Self.counter)
        encoder.point(Point(labels: Array(labels.utf8), value: .integer(1)), of: Self.counter)
        #expect(try Self.messageCount(encoder.bytes) == 1)
    }

    @Test func `a series is the same from its labels and as a point`() {
        let labels = LabelBytes.render([("service", "api"), ("path", "/{id}")])
        var ways = (0..<2).map { _ in ProtobufEncoder() }
        for index in ways.indices { ways[index].begin(Self.counter) }
        ways[0].sample([("service", "api"), ("path", "/{id}")], 0.5)
        ways[1].point(Point(labels: labels, value: .double(0.5)), of: Self.counter)
        #expect(Set(ways.map(\.bytes)).count == 1)
        #expect(!ways[0].bytes.isEmpty)
        #expect(ways[0].bytes.contains(Array("/{id}".utf8)))
    }

    @Test(arguments: ExpositionFormat.allCases)
    func `declarations are written in each format`(format: ExpositionFormat) {
        var encoder = ExpositionEncoder(format: format)
        encoder.family(Gauge<NoLabels>("temperature_celsius", "Of the room."), 21.5)
        encoder.family(Gauge<NoLabels>("nothing", "Has no sample."), [])
        encoder.sample("temperature_celsius", [("a", "b")], 3)
        encoder.finish()
        #expect(encoder.bytes.contains(Array("temperature_celsius".utf8)))
        #expect(!encoder.bytes.contains(Array("nothing".utf8)))
        if format == .protobuf {
            // Two gauges in one message; the labels of the second.
            #expect(encoder.bytes.contains([0x22, 11, 0x12, 9, 0x09, 0, 0, 0, 0, 0, 0x80, 0x35, 0x40]))
            #expect(encoder.bytes.contains([0x22, 19, 0x0A, 6, 0x0A, 1, 0x61, 0x12, 1, 0x62, 0x12, 9]))
        } else {
            #expect(encoder.bytes.contains(Array("\ntemperature_celsius 21.5\ntemperature_celsius{a=\"b\"} 3\n".utf8)))
        }
    }

    private struct CutMessage: Error {}

    /// Messages by their lengths alone.
    private static func messageCount(_ bytes: [UInt8]) throws -> Int {
        var rest = bytes[...]
        var messages = 0
        while !rest.isEmpty {
            var length = 0
            for shift in stride(from: 0, to: 35, by: 7) {
                guard let byte = rest.popFirst() else { throw CutMessage() }
                length |= Int(byte & 0x7F) << shift
                if byte < 0x80 { break }
            }
            guard length > 0, length <= rest.count else { throw CutMessage() }
            rest = rest.dropFirst(length)
            messages += 1
        }
        return messages
    }
}

import ApusAgent
import ApusMetrics
import ApusSegment
import Glibc
import Testing

private let worker = #"service="worker",instance="worker-1""#

/// Values of segments for which readers drop the whole of a scrape.
@Suite struct ImpossibleValuesTests {
    private static func family(_ name: String, _ kind: MetricKind) -> MetricFamily {
        MetricFamily(name: name, kind: kind, help: "x", buckets: kind == .histogram ? [1] : [])
    }

    /// Writes 2^63 over each cell at the beginning of a plane that holds a 1.
    private static func overflow(_ writer: SegmentWriter) throws {
        var found = 0
        for plane in 0..<64 {
            var cells = [UInt64](repeating: 0, count: 512)
            let place = SegmentLayout.cellsOffset + plane * SegmentLayout.planeStride
            guard pread(writer.descriptor, &cells, 4096, off_t(place)) == 4096 else { break }
            for index in cells.indices where cells[index] == 1 {
                var value: UInt64 = 1 << 63
                try #require(pwrite(writer.descriptor, &value, 8, off_t(place + index * 8)) == 8)
                found += 1
            }
        }
        try #require(found > 0)
    }

    @Test(arguments: [ExpositionFormat.text004, .openMetrics100, .openMetrics200])
    func `a counter below zero or without a number is left out, and the others of its family stay`(
        format: ExpositionFormat
    ) throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            let family = Self.family("x_total", .counter)
            for (name, value) in [("below", -5.0), ("none", .nan), ("sound", 5.5)] {
                writer.series(family, labels: [("n", name)], form: .double).add(value)
            }
        }
        let lines = String(decoding: exposition.render(format), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("x_total{") }
        #expect(lines.count == 1 && lines[0].hasPrefix("x_total{\(worker),n=\"sound\"} 5.5"))
    }

    @Test func `a histogram whose buckets come to more than 64 bits hold is left out`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        var kept: SegmentWriter?
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            kept = writer
            let series = writer.series(Self.family("x", .histogram), labels: [], form: .histogram)
            series.observe(0.5)
            series.observe(2)
            writer.series(Self.family("y_total", .counter), labels: [], form: .integer).add(UInt64(7))
        }
        #expect(exposition.samples["x_count{\(worker)}"] == "2")
        try Self.overflow(try #require(kept))
        let samples = exposition.samples
        #expect(!samples.keys.contains { $0.hasPrefix("x_") } && samples["y_total{\(worker)}"] == "7")
    }

    @Test func `a native histogram with a bucket that Prometheus reads as negative is left out`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        var kept: SegmentWriter?
        try host.report(FixtureHost.worker, pid: 4711, connection: 1) { writer in
            writer.series(Self.family("native_seconds", .nativeHistogram), labels: [], form: .nativeHistogram)
                .observeNative(0.5)
            kept = writer
        }
        func isServed(_ format: ExpositionFormat) -> Bool {
            String(decoding: exposition.render(format), as: UTF8.self).contains(
                format == .protobuf ? "native_seconds" : "native_seconds_count{\(worker)} ")
        }
        #expect(isServed(.text004) && isServed(.protobuf))
        try Self.overflow(try #require(kept))
        #expect(!isServed(.text004) && !isServed(.protobuf))
    }
}

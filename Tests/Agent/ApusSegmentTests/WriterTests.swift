import ApusMetrics
import ApusSegment
import Glibc
import Testing
import SegmentTesting

private let requests = MetricFamily(name: "requests_total", kind: .counter, help: "Requests.")
private let depth = MetricFamily(name: "depth", kind: .gauge, help: "Depth.")
private let duration = MetricFamily(name: "duration_seconds", kind: .histogram, help: "Time.", buckets: [0.1, 1])

@Suite struct WriterTests {
    @Test func `what is recorded is what a reader sees, through the descriptor alone`() throws {
        let writer = try SegmentWriter()
        let counter = writer.series(requests, labels: [("path", "/a")], form: .integer)
        let gauge = writer.series(depth, labels: [], form: .double)
        let histogram = writer.series(duration, labels: [], form: .histogram)
        let reader = try SegmentContents(descriptor: writer.descriptor)
        #expect(try reader.refresh())
        counter.add(UInt64(41))
        counter.add(UInt64(1))
        gauge.set(-2.5)
        for value in [0.05, 0.1, 0.5, 7, .infinity, .nan] { histogram.observe(value) }

        #expect(reader.families.map(\.family.name) == ["requests_total", "depth", "duration_seconds"])
        #expect(reader.families.map(\.family.kind) == [.counter, .gauge, .histogram])
        #expect(reader.families[2].family.buckets == [0.1, 1])
        #expect(reader.families[0].family.help == "Requests.")
        #expect(String(decoding: reader.families[0].series[0].labels, as: UTF8.self) == #"path="/a""#)
        #expect(reader.integer(reader.families[0].series[0].cells) == 42)
        #expect(reader.value(reader.families[1].series[0].cells) == -2.5)
        let series = reader.families[2].series[0]
        #expect((0..<3).map { reader.bucket(series.cells, $0) } == [2, 1, 3])
        #expect(reader.sum(series.cells) == .infinity)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 13, 16, 17, 64, 65, 100, 512])
    func `an observation falls into the first bucket whose bound is not below it`(count: Int) throws {
        let bounds = (0..<count).map { Double($0) * 2 }
        let family = MetricFamily(name: "size", kind: .histogram, help: "x", buckets: bounds)
        let writer = try SegmentWriter()
        let histogram = writer.series(family, labels: [], form: .histogram)
        var expected = [UInt64](repeating: 0, count: count + 1)
        let around =
            bounds.flatMap { [$0.nextDown, $0, $0.nextUp, $0 + 1] } + [
                -.infinity, .infinity, .nan, -1, .greatestFiniteMagnitude,
            ]
        for value in around {
            histogram.observe(value)
            expected[value.isNaN ? count : bounds.firstIndex { value <= $0 } ?? count] += 1
        }
        let reader = try SegmentContents(descriptor: writer.descriptor)
        try reader.refresh()
        let series = reader.families[0].series[0]
        #expect((0...count).map { reader.bucket(series.cells, $0) } == expected)
    }

    @Test func `series that come later are found by the next refresh, and only then`() throws {
        let writer = try SegmentWriter()
        let reader = try SegmentContents(descriptor: writer.descriptor)
        #expect(try !reader.refresh())
        _ = writer.series(requests, labels: [("path", "/a")], form: .integer)
        #expect(try reader.refresh())
        _ = writer.series(requests, labels: [("path", "/b")], form: .integer)
        #expect(reader.seriesCount == 1)
        #expect(try reader.refresh())
        #expect(try !reader.refresh())
        #expect(reader.families[0].series.count == 2)
    }

    @Test func `the same labels in another order are the same series`() throws {
        let writer = try SegmentWriter()
        writer.series(requests, labels: [("a", "1"), ("b", "2")], form: .integer).add(UInt64(1))
        writer.series(requests, labels: [("b", "2"), ("a", "1"), ("c", "")], form: .integer).add(UInt64(1))
        let reader = try SegmentContents(descriptor: writer.descriptor)
        try reader.refresh()
        #expect(reader.seriesCount == 1)
        #expect(reader.integer(reader.families[0].series[0].cells) == 2)
    }

    @Test func `eight threads on one counter, one gauge and one histogram lose no increment`() async throws {
        let writer = try SegmentWriter()
        let total = MetricFamily(name: "seconds_total", kind: .counter, help: "x")
        let reader = try SegmentContents(descriptor: writer.descriptor)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    // Each asks for its handles itself: registration races too.
                    let counter = writer.series(requests, labels: [], form: .integer)
                    let fractions = writer.series(total, labels: [], form: .double)
                    let histogram = writer.series(duration, labels: [], form: .histogram)
                    for _ in 0..<20_000 {
                        counter.add(UInt64(1))
                        fractions.add(0.5)
                        histogram.observe(0.5)
                    }
                }
            }
        }
        try reader.refresh()
        let series = Dictionary(uniqueKeysWithValues: reader.families.map { ($0.family.name, $0.series[0]) })
        #expect(reader.seriesCount == 3)
        #expect(reader.integer(try #require(series["requests_total"]).cells) == 160_000)
        #expect(reader.value(try #require(series["seconds_total"]).cells) == 80_000)
        let observed = try #require(series["duration_seconds"])
        #expect(reader.bucket(observed.cells, 1) == 160_000)
        #expect(reader.sum(observed.cells) == 80_000)
    }

    @Test func `past the limit a series is dropped and counted, and recording on it is harmless`() throws {
        let writer = try SegmentWriter(seriesLimit: 2)
        for path in ["/a", "/b"] { #expect(writer.series(requests, labels: [("path", path)], form: .integer).isPublished) }
        let dropped = writer.series(requests, labels: [("path", "/c")], form: .integer)
        #expect(!dropped.isPublished)
        dropped.add(UInt64(1))
        let histogram = writer.series(duration, labels: [], form: .histogram)
        histogram.observe(3)
        let reader = try SegmentContents(descriptor: writer.descriptor)
        try reader.refresh()
        // The writer's own counts of what was dropped come on top.
        #expect(reader.families.first { $0.family == requests }?.series.count == 2)
        #expect(reader.families.contains { $0.family == duration } == false)
        #expect(reader.reader.droppedSeries == 2)
    }

    @Test func `a name that is taken by another kind drops the series and leaves the first as it is`() throws {
        let writer = try SegmentWriter()
        writer.series(requests, labels: [], form: .integer).add(UInt64(5))
        let clash = MetricFamily(name: "requests_total", kind: .gauge, help: "x")
        #expect(!writer.series(clash, labels: [("a", "b")], form: .double).isPublished)
        let sameLabels = writer.series(clash, labels: [], form: .double)
        #expect(!sameLabels.isPublished)
        sameLabels.set(-1)
        let reader = try SegmentContents(descriptor: writer.descriptor)
        try reader.refresh()
        #expect(reader.families[0].series.count == 1)
        #expect(reader.integer(reader.families[0].series[0].cells) == 5)
    }

    @Test(arguments: [
        MetricFamily(name: "a b", kind: .counter, help: "x"),
        MetricFamily(name: String(repeating: "a", count: 257), kind: .counter, help: "x"),
        MetricFamily(name: "a", kind: .histogram, help: "x", buckets: (0..<513).map(Double.init)),
    ])
    func `a family that no reader would take is not published`(family: MetricFamily) throws {
        let dropped = MetricFamily(name: "dropped_total", kind: .counter, help: "x")
        let writer = try SegmentWriter(drops: dropped)
        let form: ValueForm = family.kind == .histogram ? .histogram : .integer
        #expect(!writer.series(family, labels: [], form: form).isPublished)
        let reader = try SegmentReader(descriptor: writer.descriptor)
        try reader.refresh()
        #expect(reader.families == [dropped])
    }

    @Test func `any label a service may give is one that a reader takes`() throws {
        let writer = try SegmentWriter()
        let nasty = ["", "\u{0}", "\n\"\\", "é🏔", String(repeating: "x", count: SegmentLayout.longestLabelValue)]
        for (index, value) in nasty.enumerated() {
            _ = writer.series(requests, labels: [("http.path", value), ("__name__", "x"), ("1", "\(index)")], form: .integer)
        }
        let reader = try SegmentContents(descriptor: writer.descriptor)
        try reader.refresh()
        #expect(reader.seriesCount == nasty.count)
    }

    @Test func `the memory is sealed: nobody can cut it under a reader`() throws {
        let writer = try SegmentWriter()
        #expect(ftruncate(writer.descriptor, 4096) == -1)
        #expect(errno == EPERM)
        #expect(ftruncate(writer.descriptor, off_t(SegmentLayout.size) + 4096) == -1)
    }

    @Test func `an idle segment costs a few pages, not its size`() throws {
        let writer = try SegmentWriter()
        for index in 0..<100 { _ = writer.series(requests, labels: [("n", "\(index)")], form: .integer) }
        var status = stat()
        #expect(fstat(writer.descriptor, &status) == 0)
        #expect(status.st_blocks * 512 < 64 << 10)
    }
}

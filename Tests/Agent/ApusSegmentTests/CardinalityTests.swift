import ApusMetrics
import ApusSegment
import Synchronization
import Testing
import SegmentTesting

@Suite struct CardinalityTests {
    private static let requests = MetricFamily(name: "requests_total", kind: .counter, help: "x")
    private static let dropped = MetricFamily(name: "dropped_total", kind: .counter, help: "x")
    private static let errors = MetricFamily(name: "errors_total", kind: .counter, help: "x")

    private final class Troubles: Sendable {
        let all = Mutex<[SegmentTrouble]>([])
        func add(_ trouble: SegmentTrouble) { all.withLock { $0.append(trouble) } }
        var list: [SegmentTrouble] { all.withLock { $0 } }
    }

    private func drops(_ writer: SegmentWriter) throws -> [String: UInt64] {
        let contents = try SegmentContents(descriptor: writer.descriptor)
        try contents.refresh()
        guard let family = contents.families.first(where: { $0.family == Self.dropped }) else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: family.series.map {
                (String(decoding: $0.labels, as: UTF8.self), contents.integer($0.cells))
            })
    }

    @Test func `a family past its limit drops, is counted by name and reported once, and others go on`() throws {
        let troubles = Troubles()
        let writer = try SegmentWriter(familySeriesLimit: 3, drops: Self.dropped, onTrouble: troubles.add)
        for number in 0..<10 {
            let series = writer.series(Self.requests, labels: [("n", "\(number)")], form: .integer)
            #expect(series.isPublished == (number < 3))
        }
        #expect(writer.series(Self.requests, labels: [("n", "1")], form: .integer).isPublished)
        #expect(writer.series(Self.errors, labels: [], form: .integer).isPublished)
        #expect(try drops(writer) == [#"family="requests_total""#: 7])
        #expect(troubles.list == [.familyLimit(family: "requests_total", limit: 3)])
        #expect(
            troubles.list.first?.description
                == "the family requests_total has reached its limit of 3 series: further label values are dropped")
    }

    @Test func `a service past its limit drops of all families, each reported once`() throws {
        let troubles = Troubles()
        let writer = try SegmentWriter(seriesLimit: 2, drops: Self.dropped, onTrouble: troubles.add)
        for number in 0..<4 { _ = writer.series(Self.requests, labels: [("n", "\(number)")], form: .integer) }
        for _ in 0..<2 { _ = writer.series(Self.errors, labels: [], form: .integer) }
        #expect(try drops(writer) == [#"family="requests_total""#: 2, #"family="errors_total""#: 2])
        #expect(
            troubles.list == [
                .serviceLimit(family: "requests_total", limit: 2), .serviceLimit(family: "errors_total", limit: 2),
            ])
    }

    @Test func `names that are made up without end are told apart to a number, and all are counted`() throws {
        let troubles = Troubles()
        let writer = try SegmentWriter(seriesLimit: 1, drops: Self.dropped, onTrouble: troubles.add)
        for number in 0..<2000 {
            _ = writer.series(MetricFamily(name: "f\(number)", kind: .gauge, help: "x"), labels: [], form: .double)
        }
        #expect(try drops(writer).count == SegmentWriter.mostDroppedFamilies)
        #expect(writer.droppedSeries == 1999)
        #expect(troubles.list.count == 4 * SegmentWriter.mostDroppedFamilies)
    }

    @Test func `a label that is too long is named with its length, once a family, and counted as dropped`() throws {
        let troubles = Troubles()
        let writer = try SegmentWriter(drops: Self.dropped, onTrouble: troubles.add)
        for length in [1100, 1200] {
            let series = writer.series(
                Self.requests, labels: [("kind", String(repeating: "x", count: length))], form: .integer)
            #expect(!series.isPublished)
        }
        #expect(
            writer.series(Self.requests, labels: [("kind", String(repeating: "x", count: 1024))], form: .integer).isPublished)
        let many = (0..<65).map { ("label\($0)", "value") }
        #expect(!writer.series(Self.errors, labels: many, form: .integer).isPublished)
        #expect(try drops(writer) == [#"family="requests_total""#: 2, #"family="errors_total""#: 1])
        #expect(
            troubles.list.map(\.description) == [
                "a series of requests_total is dropped: the label kind has 1100 bytes, at most 1024 are taken; put ids and long texts "
                    + "into logs and exemplars",
                "a series of errors_total is dropped: it has 65 labels, at most 64 are taken; put ids and long texts into logs and "
                    + "exemplars",
            ])
    }

    @Test func `a clash of kinds, or of states, is reported once`() throws {
        let troubles = Troubles()
        let writer = try SegmentWriter(drops: Self.dropped, onTrouble: troubles.add)
        _ = writer.series(Self.requests, labels: [], form: .integer)
        let gauge = MetricFamily(name: "requests_total", kind: .gauge, help: "x")
        for _ in 0..<3 { writer.series(gauge, labels: [], form: .double).set(1) }
        let states = MetricFamily(name: "s", kind: .stateSet, help: "x", states: ["a", "b"])
        #expect(writer.series(states, labels: [], form: .state).isPublished)
        let others = MetricFamily(name: "s", kind: .stateSet, help: "x", states: ["b", "a"])
        #expect(!writer.series(others, labels: [], form: .state).isPublished)
        #expect(
            troubles.list == [
                .clash(family: "requests_total", registered: .counter, asked: .gauge),
                .clash(family: "s", registered: .stateSet, asked: .stateSet),
            ])
        #expect(try drops(writer) == [#"family="requests_total""#: 3, #"family="s""#: 1])
    }

    @Test func `whoever is told of trouble may ask for series itself`() throws {
        let writer = Mutex<SegmentWriter?>(nil)
        let made = try SegmentWriter(familySeriesLimit: 1, drops: Self.dropped) { _ in
            _ = writer.withLock { $0 }?.series(Self.errors, labels: [], form: .integer)
        }
        writer.withLock { $0 = made }
        for number in 0..<3 { _ = made.series(Self.requests, labels: [("n", "\(number)")], form: .integer) }
        #expect(made.family(named: "errors_total") != nil)
        writer.withLock { $0 = nil }
    }

    @Test func `limits below zero drop everything and end nothing`() throws {
        let writer = try SegmentWriter(seriesLimit: -5, familySeriesLimit: -1, drops: Self.dropped)
        #expect(!writer.series(Self.requests, labels: [], form: .integer).isPublished)
    }
}

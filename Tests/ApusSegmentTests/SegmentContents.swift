import ApusMetrics
import ApusSegment

/// A reader that keeps the series which are handed to it, each with its family.
final class SegmentContents {
    struct Family {
        let family: MetricFamily
        var series: [SegmentSeries] = []
    }

    let reader: SegmentReader
    private(set) var families: [Family] = []

    init(descriptor: Int32) throws(SegmentError) { reader = try SegmentReader(descriptor: descriptor) }

    init(_ reader: SegmentReader) { self.reader = reader }

    var seriesCount: Int { reader.seriesCount }

    @discardableResult
    func refresh(limit: Int = .max) throws(SegmentError) -> Bool {
        defer { addFamilies() }
        return try reader.refresh(limit: limit) { family, series in
            addFamilies()
            families[family].series.append(series)
        }
    }

    private func addFamilies() {
        families += reader.families[families.count...].map { Family(family: $0) }
    }

    func value(_ cells: CellRange) -> Double { reader.value(cells) }
    func integer(_ cells: CellRange) -> UInt64 { reader.integer(cells) }
    func bucket(_ cells: CellRange, _ index: Int) -> UInt64 { reader.bucket(cells, index) }
    func sum(_ cells: CellRange) -> Double { reader.sum(cells) }
}

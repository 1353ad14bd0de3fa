package import ApusMetrics
package import ApusSegment

/// A reader that keeps the series which are handed to it, each with its family.
package final class SegmentContents {
    package struct Family {
        package let family: MetricFamily
        package var series: [SegmentSeries] = []
    }

    package let reader: SegmentReader
    package private(set) var families: [Family] = []

    package init(descriptor: Int32) throws(SegmentError) { reader = try SegmentReader(descriptor: descriptor) }

    package init(_ reader: SegmentReader) { self.reader = reader }

    package var seriesCount: Int { reader.seriesCount }

    @discardableResult
    package func refresh(limit: Int = .max) throws(SegmentError) -> Bool {
        defer { addFamilies() }
        return try reader.refresh(limit: limit) { family, series in
            addFamilies()
            families[family].series.append(series)
        }
    }

    private func addFamilies() {
        families += reader.families[families.count...].map { Family(family: $0) }
    }

    package func value(_ cells: CellRange) -> Double { reader.value(cells) }
    package func integer(_ cells: CellRange) -> UInt64 { reader.integer(cells) }
    package func bucket(_ cells: CellRange, _ index: Int) -> UInt64 { reader.bucket(cells, index) }
    package func sum(_ cells: CellRange) -> Double { reader.sum(cells) }
}

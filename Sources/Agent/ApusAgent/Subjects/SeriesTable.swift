import ApusMetrics
import ApusSegment
import NIOCore

/// The series of one family and one instance: places of values and labels, side by side in memory, so that a scrape is a walk.
struct SeriesTable {
    let family: MetricFamily
    private let target: [(String, String)]
    private var cells: [CellRange] = []
    /// The series' own labels, rendered, one after the other, and where each ends.
    private var labels: [UInt8] = []
    private var ends: [UInt32] = []
    /// False once one of a counter's series is kept as a double.
    private var areIntegers = true
    /// `nil` for what cannot be written as lines of one shape.
    private var template: LineTemplate?
    /// `nil` for what cannot be written as messages of one shape.
    private let metrics: MetricTemplate?

    /// Memory for what is read of some series, used over and over.
    struct Readings {
        /// Numbers of series side by side, as templates have them.
        var numbers: [UInt64] = []
        /// When the series began to count, in nanoseconds since the Unix epoch; 0 for an unknown moment.
        var starts: [UInt64] = []
    }

    /// Numbers that are read and written at a time. Each time costs a look at the segment's file, and lines of the usual length stay
    /// below a piece of an exposition.
    private static let batch = 512

    init(family: MetricFamily, target: [(String, String)]) {
        self.family = family
        self.target = target
        template = LineTemplate(family, target: target, isInteger: true)
        metrics = MetricTemplate(family, target: target)
    }

    var count: Int { cells.count }

    mutating func append(_ series: SegmentSeries) {
        cells.append(series.cells)
        labels.append(contentsOf: series.labels)
        ends.append(UInt32(labels.count))
        if family.kind == .counter, areIntegers, series.cells.form == .double {
            areIntegers = false
            template = LineTemplate(family, target: target, isInteger: false)
        }
    }

    /// Writes some of the series; returns the first that was not written.
    func write(
        _ series: Range<Int>, from reader: SegmentReader, readings: inout Readings, to encoder: inout ExpositionEncoder,
        _ piece: inout ByteBuffer
    ) -> Int {
        if let metrics, encoder.writesMetrics(of: family) {
            return write(series, as: metrics, from: reader, &readings, to: &encoder)
        }
        guard let template, encoder.writesLines(of: family) else { return writePoints(series, from: reader, to: &encoder) }
        let some = batch(of: series, parts: template.parts)
        let arePossible = read(
            some, parts: template.parts, wholeCounts: areIntegers, from: reader, into: &readings.numbers)
        // What cannot be, and what OpenMetrics forbids of sums, is left out by the other way.
        if !arePossible
            || encoder.format == .openMetrics100
                && hasOddSum(readings.numbers[..<(some.count * template.parts)], parts: template.parts)
        {
            return writePoints(some, from: reader, to: &encoder)
        }
        let lines = some.lowerBound * template.parts..<some.upperBound * template.parts
        piece.take(from: &encoder)
        TextEncoder.lines(template, labels: labels, ends: ends, lines, values: readings.numbers, to: &piece)
        return some.upperBound
    }

    private func write(
        _ series: Range<Int>, as metrics: MetricTemplate, from reader: SegmentReader, _ readings: inout Readings,
        to encoder: inout ExpositionEncoder
    ) -> Int {
        let some = batch(of: series, parts: metrics.parts)
        guard read(some, parts: metrics.parts, wholeCounts: false, from: reader, into: &readings.numbers) else {
            return writePoints(some, from: reader, to: &encoder)
        }
        Self.makeRoom(for: some.count, in: &readings.starts)
        reader.readStarts(cells[some], into: &readings.starts)
        encoder.metrics(metrics, labels: labels, ends: ends, some, values: readings.numbers, starts: readings.starts)
        return some.upperBound
    }

    private func batch(of series: Range<Int>, parts: Int) -> Range<Int> {
        series.lowerBound..<min(series.upperBound, series.lowerBound + max(1, Self.batch / parts))
    }

    /// Reads the numbers of series.
    ///
    /// - Parameter wholeCounts: whether those of counters are wanted as whole numbers, which all of them are kept as then.
    /// - Returns: whether all of them can be (``PointValue/isPossible(_:)``).
    private func read(
        _ series: Range<Int>, parts: Int, wholeCounts: Bool, from reader: SegmentReader, into numbers: inout [UInt64]
    ) -> Bool {
        Self.makeRoom(for: series.count * parts, in: &numbers)
        switch family.kind {
        case .counter where wholeCounts: reader.readIntegers(cells[series], into: &numbers)
        case .counter:
            reader.readDoubleBits(cells[series], into: &numbers)
            return areIntegers || numbers[..<series.count].allSatisfy { Double(bitPattern: $0) >= 0 }
        case .gauge: reader.readDoubleBits(cells[series], into: &numbers)
        case .histogram: return readHistograms(series, parts: parts, from: reader, into: &numbers)
        default: readOthers(series, parts: parts, from: reader, into: &numbers)
        }
        return true
    }

    private static func makeRoom(for count: Int, in numbers: inout [UInt64]) {
        if numbers.count < count { numbers.append(contentsOf: repeatElement(0, count: count - numbers.count)) }
    }

    /// Whether one of some histograms or summaries has a sum that is negative or no number.
    private func hasOddSum(_ values: ArraySlice<UInt64>, parts: Int) -> Bool {
        guard family.kind == .histogram || family.kind == .summary else { return false }
        return stride(from: parts - 2, to: values.count, by: parts).contains { !(Double(bitPattern: values[$0]) >= 0) }
    }

    /// Buckets cumulative, sum, count. The count is the sum of the buckets as they were read, so that it equals the `+Inf` bucket.
    ///
    /// - Returns: whether the counts of each histogram have a sum that 64 bits hold.
    private func readHistograms(
        _ series: Range<Int>, parts: Int, from reader: SegmentReader, into values: inout [UInt64]
    ) -> Bool {
        reader.readHistograms(cells[series], stride: parts, into: &values)
        var hasWrapped = false
        for at in stride(from: 0, to: series.count * parts, by: parts) {
            var count: UInt64 = 0
            for bucket in at..<at + parts - 2 {
                count &+= values[bucket]
                hasWrapped = hasWrapped || count < values[bucket]
                values[bucket] = count
            }
            values[at + parts - 1] = count
        }
        return !hasWrapped
    }

    private func readOthers(_ series: Range<Int>, parts: Int, from reader: SegmentReader, into values: inout [UInt64]) {
        var at = 0
        for one in cells[series] {
            switch reader.point(one, of: family) {
            case .summary(let count, let sum):
                values[at] = sum.bitPattern
                values[at + 1] = count
            case .stateSet(let state):
                for part in 0..<parts { values[at + part] = part == state ? 1 : 0 }
            default:
                values[at] = 1
            }
            at += parts
        }
    }

    /// The way of formats that are no lines of one shape, and of series that are left out because their value cannot be.
    private func writePoints(_ series: Range<Int>, from reader: SegmentReader, to encoder: inout ExpositionEncoder) -> Int {
        let some = series.prefix(Self.batch)
        let targetLabels = LabelBytes.render(target)
        for index in some {
            let one = cells[index]
            let value = reader.point(one, of: family)
            guard value.isPossible(family.kind) else { continue }
            var all = targetLabels
            let own = self.labels(index)
            if !own.isEmpty {
                all.append(UInt8(ascii: ","))
                all.append(contentsOf: own)
            }
            encoder.point(
                Point(
                    labels: all, value: value, created: reader.created(one),
                    exemplars: reader.exemplars(one)),
                of: family)
        }
        return some.endIndex
    }

    private func labels(_ index: Int) -> ArraySlice<UInt8> {
        labels[(index > 0 ? Int(ends[index - 1]) : 0)..<Int(ends[index])]
    }

    /// Own labels and value of each series of a counter or gauge; nothing for other kinds.
    func numbers(from reader: SegmentReader) -> [(labels: [UInt8], value: Double)] {
        guard family.kind == .counter || family.kind == .gauge else { return [] }
        return cells.indices.map { (Array(labels($0)), reader.value(cells[$0])) }
    }
}

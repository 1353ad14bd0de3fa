import Atomics

/// Values, which the writer goes on changing. Every place was checked when its series was read: `CellRange` is made there alone,
/// and `first + count` is within a plane and `planes` within the mapping.
extension SegmentReader {
    /// The value of a counter or gauge.
    package func value(_ cells: CellRange) -> Double { withCells(cells) { $0.number(cells) } }

    /// The value of a counter that is kept as a whole number, exact over all 64 bits.
    package func integer(_ cells: CellRange) -> UInt64 { integer(cells, 0) }

    /// The count of one bucket of a histogram, not cumulative; the last one is `+Inf`. A bucket that the series has not counts 0.
    package func bucket(_ cells: CellRange, _ index: Int) -> UInt64 {
        index >= 0 && index < Int(cells.count) - 1 ? integer(cells, index) : 0
    }

    /// The sum of the observations of a histogram or summary.
    package func sum(_ cells: CellRange) -> Double { withCells(cells) { $0.double(cells, Int(cells.count) - 1) } }

    /// Reads the whole numbers of many series, in one walk over memory.
    ///
    /// - Parameters:
    ///   - cells: of counters that are kept as whole numbers.
    ///   - values: has at least as many elements as `cells`; the first ones are overwritten.
    package func readIntegers(_ cells: ArraySlice<CellRange>, into values: inout [UInt64]) {
        read(cells, into: &values) { $0.integers($1, into: $2) }
    }

    /// Reads the values of many counters or gauges of either form, as the bits of doubles, which go side by side with whole
    /// numbers; see ``readIntegers(_:into:)``.
    package func readDoubleBits(_ cells: ArraySlice<CellRange>, into values: inout [UInt64]) {
        read(cells, into: &values) { $0.numbers($1, into: $2) }
    }

    private func read(
        _ cells: ArraySlice<CellRange>, into values: inout [UInt64],
        _ body: (CellReading, UnsafeBufferPointer<CellRange>, UnsafeMutableBufferPointer<UInt64>) -> Void
    ) {
        withCells(cells) { reading in
            cells.withUnsafeBufferPointer { cells in
                values.withUnsafeMutableBufferPointer { body(reading, cells, $0) }
            }
        }
    }

    /// Reads many histograms of one family: of each the buckets in order, not cumulative, `+Inf`'s last, and then the bits of the sum.
    ///
    /// - Parameters:
    ///   - stride: the distance from one histogram to the next in `values`, more than any of them has buckets.
    ///   - values: those past its end are left out.
    package func readHistograms(_ cells: ArraySlice<CellRange>, stride: Int, into values: inout [UInt64]) {
        withCells(cells) { reading in
            values.withUnsafeMutableBufferPointer { values in
                for (place, one) in cells.enumerated() {
                    let (first, buckets) = (place * stride, Int(one.count) - 1)
                    guard first + buckets < values.count else { return }
                    for index in 0..<buckets { values[first + index] = reading.integer(one, index) }
                    values[first + buckets] = reading.double(one, buckets).bitPattern
                }
            }
        }
    }

    /// Reads the buckets of one histogram in order, not cumulative, `+Inf`'s last.
    ///
    /// - Parameter counts: has at least as many elements as the histogram has buckets; the first ones are overwritten.
    /// - Returns: the sum of the observations.
    package func readHistogram(_ cells: CellRange, into counts: inout [UInt64]) -> Double {
        withCells(cells) { reading in
            for index in 0..<min(Int(cells.count) - 1, counts.count) { counts[index] = reading.integer(cells, index) }
            return reading.double(cells, Int(cells.count) - 1)
        }
    }

    func integer(_ cells: CellRange, _ index: Int) -> UInt64 { withCells(cells) { $0.integer(cells, index) } }

    private func withCells<Result>(_ cells: CellRange, _ body: (CellReading) -> Result) -> Result {
        withCells(Int(cells.first)..<Int(cells.first) + Int(cells.count), planes: Int(cells.planes), body)
    }

    /// - Parameter cells: of one family, in order of registration, so that their places ascend.
    private func withCells<Result>(_ cells: ArraySlice<CellRange>, _ body: (CellReading) -> Result) -> Result {
        guard let first = cells.first, let last = cells.last, first.first <= last.first else {
            return withCells(0..<0, planes: 1, body)
        }
        return withCells(Int(first.first)..<Int(last.first) + Int(last.count), planes: Int(first.planes), body)
    }

    @inline(__always)
    private func withCells<Result>(_ cells: Range<Int>, planes: Int, _ body: (CellReading) -> Result) -> Result {
        let pages = TouchedPages.pages(of: cells)
        let whole = touched.look(cells, planes: planes)
        let looked = whole ?? UInt32(truncatingIfNeeded: 1 << UInt64(planes) - 1)
        let lookedPlanes = UInt32.bitWidth - looked.leadingZeroBitCount
        let isSmall = looked != 0 && cells.count * looked.nonzeroBitCount <= SegmentLayout.copiedCells
        if isSmall, !mapped.hasRoom(cells: pages, planes: lookedPlanes) { return withCopy(of: cells, looked, body) }
        defer { mapped.note(cells: pages, planes: lookedPlanes) }
        let base = UnsafeRawPointer(mapping.cellStorage(0))
        if whole != nil { return body(CellReading(base: base, planes: looked)) }
        return touched.bits.withUnsafeBufferPointer {
            body(CellReading(base: base, planes: looked, count: Int(self.planes), touched: $0.baseAddress))
        }
    }

    /// Reads cells by copies, which leave no page mapped: of a few cells it costs less than to map their pages and to give them back.
    ///
    /// - Parameter planes: those that are read, as bits, not none; what is a hole in them is 0.
    private func withCopy<Result>(of cells: Range<Int>, _ planes: UInt32, _ body: (CellReading) -> Result) -> Result {
        let count = cells.count * planes.nonzeroBitCount
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * count) { buffer in
            buffer.initialize(repeating: 0)
            let words = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            let next = UnsafeMutableBufferPointer(rebasing: buffer[count...])
            copy(cells, planes, into: UnsafeMutableRawBufferPointer(words))
            copy(cells, planes, into: UnsafeMutableRawBufferPointer(next))
            // As for a word alone (``SegmentFile/word(at:)``): one that is the same in two copies behind one another was not copied in
            // parts. Past eight the last one stands.
            var unsettled = words.indices.filter { words[$0] != next[$0] }
            for _ in 0..<7 where !unsettled.isEmpty {
                for place in unsettled { words[place] = next[place] }
                copy(cells, planes, into: UnsafeMutableRawBufferPointer(next))
                unsettled.removeAll { words[$0] == next[$0] }
            }
            for place in unsettled { words[place] = next[place] }
            let copied = UInt32(truncatingIfNeeded: 1 << UInt64(planes.nonzeroBitCount) - 1)
            let mapped = UnsafeRawPointer(mapping.cellStorage(0))
            guard let base = UnsafeRawPointer(words.baseAddress) else { return body(CellReading(base: mapped, planes: 0)) }
            return body(CellReading(base: base, first: cells.lowerBound, stride: cells.count * 8, planes: copied))
        }
    }

    /// Copies cells of some planes, one plane after the other.
    private func copy(_ cells: Range<Int>, _ planes: UInt32, into buffer: UnsafeMutableRawBufferPointer) {
        var place = 0
        var left = planes
        while left != 0 {
            let start = SegmentLayout.cellsOffset + left.trailingZeroBitCount * SegmentLayout.planeStride
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[place..<place + cells.count * 8])
            file.read(at: start + cells.lowerBound * 8, into: part)
            place += part.count
            left &= left &- 1
        }
    }
}

/// Reads cells of pages that were looked at, or of a copy.
///
/// Who makes it sees to it that every cell which is asked for is among those that were looked at or copied, in each of the planes.
struct CellReading {
    /// Where the first plane is, from the cell ``first`` on.
    let base: UnsafeRawPointer
    var first = 0
    /// Bytes from one plane to the next.
    var stride = SegmentLayout.planeStride
    /// The planes that are read, as bits; in the others no page is touched.
    let planes: UInt32
    /// How many planes ``touched`` is of.
    var count = 0
    /// The bits of ``TouchedPages``; `nil` where all pages of these planes are touched.
    var touched: UnsafePointer<UInt64>?

    /// Reads whole numbers of counters: as many as both buffers have room for, so that no place is out of bounds of either.
    func integers(_ cells: UnsafeBufferPointer<CellRange>, into values: UnsafeMutableBufferPointer<UInt64>) {
        for index in 0..<min(cells.count, values.count) { values[index] = integer(cells[index], 0) }
    }

    /// Reads the bits of the values of counters or gauges, as ``integers(_:into:)`` reads whole numbers.
    func numbers(_ cells: UnsafeBufferPointer<CellRange>, into values: UnsafeMutableBufferPointer<UInt64>) {
        for index in 0..<min(cells.count, values.count) { values[index] = number(cells[index]).bitPattern }
    }

    /// The value of a counter or gauge.
    @inline(__always)
    func number(_ cells: CellRange) -> Double { cells.form == .double ? double(cells, 0) : Double(integer(cells, 0)) }

    /// The sum over the planes, which are read one after the other: each only rises, and so does their sum from one reading to the
    /// next. In bounds while `index` is below `cells.count`.
    @inline(__always)
    func integer(_ cells: CellRange, _ index: Int) -> UInt64 {
        let cell = Int(cells.first) &+ index
        var total: UInt64 = 0
        var left = planes
        while left != 0 {
            total &+= load(cell, plane: left.trailingZeroBitCount)
            left &= left &- 1
        }
        return total
    }

    @inline(__always)
    func double(_ cells: CellRange, _ index: Int) -> Double {
        let cell = Int(cells.first) &+ index
        guard planes != 0 else { return 0 }
        // From the first one on, and not from 0, to which a negative zero would be lost.
        var total = Double(bitPattern: load(cell, plane: planes.trailingZeroBitCount))
        var left = planes & (planes &- 1)
        while left != 0 {
            total += Double(bitPattern: load(cell, plane: left.trailingZeroBitCount))
            left &= left &- 1
        }
        return total
    }

    /// The cell as atomic memory, in bounds as the type has it; what is mapped is mapped for reading alone, and nothing but a load is done
    /// on it.
    @inline(__always)
    private func load(_ cell: Int, plane: Int) -> UInt64 {
        if let touched {
            let (word, bit) = TouchedPages.place(of: cell, plane: plane, planes: count)
            guard touched[word] & bit != 0 else { return 0 }
        }
        let place = base + (plane &* stride &+ (cell &- first) &* 8)
        return UnsafeAtomic<UInt64>(
            at: UnsafeMutableRawPointer(mutating: place).assumingMemoryBound(to: UnsafeAtomic<UInt64>.Storage.self)
        ).load(ordering: .relaxed)
    }
}

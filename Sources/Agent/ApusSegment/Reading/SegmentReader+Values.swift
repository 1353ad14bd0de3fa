import Atomics

/// Values, which the writer goes on changing. Every place was checked when its series was read: `CellRange` is made there alone,
/// and `first + count` is within a plane and `planes` within the mapping.
extension SegmentReader {
    /// The value of a counter or gauge.
    package func value(_ cells: CellRange) -> Double {
        cells.form == .double ? double(cells, 0) : Double(integer(cells, 0))
    }

    /// The value of a counter that is kept as a whole number, exact over all 64 bits.
    package func integer(_ cells: CellRange) -> UInt64 { integer(cells, 0) }

    /// The count of one bucket of a histogram, not cumulative; the last one is `+Inf`. A bucket that the series has not counts 0.
    package func bucket(_ cells: CellRange, _ index: Int) -> UInt64 {
        index >= 0 && index < Int(cells.count) - 1 ? integer(cells, index) : 0
    }

    /// The sum of the observations of a histogram or summary.
    package func sum(_ cells: CellRange) -> Double { double(cells, Int(cells.count) - 1) }

    /// Reads the whole numbers of many series, in one walk over memory.
    ///
    /// - Parameters:
    ///   - cells: of counters that are kept as whole numbers.
    ///   - values: has at least as many elements as `cells`; the first ones are overwritten.
    package func readIntegers(_ cells: ArraySlice<CellRange>, into values: inout [UInt64]) {
        let base = UnsafeRawPointer(mapping.cellStorage(0))
        cells.withUnsafeBufferPointer { cells in
            values.withUnsafeMutableBufferPointer { values in
                // In bounds of both buffers by the smaller of their counts, of the mapping as said above.
                for index in 0..<min(cells.count, values.count) {
                    values[index] = Self.integer(base, cells[index], 0)
                }
            }
        }
    }

    /// Reads the values of many counters or gauges of either form, as the bits of doubles, which go side by side with whole
    /// numbers; see ``readIntegers(_:into:)``.
    package func readDoubleBits(_ cells: ArraySlice<CellRange>, into values: inout [UInt64]) {
        let base = UnsafeRawPointer(mapping.cellStorage(0))
        cells.withUnsafeBufferPointer { cells in
            values.withUnsafeMutableBufferPointer { values in
                for index in 0..<min(cells.count, values.count) {
                    let one = cells[index]
                    let value = one.form == .double ? Self.double(base, one, 0) : Double(Self.integer(base, one, 0))
                    values[index] = value.bitPattern
                }
            }
        }
    }

    /// Reads the buckets of one histogram in order, not cumulative, `+Inf`'s last.
    ///
    /// - Parameter counts: has at least as many elements as the histogram has buckets; the first ones are overwritten.
    /// - Returns: the sum of the observations.
    package func readHistogram(_ cells: CellRange, into counts: inout [UInt64]) -> Double {
        let base = UnsafeRawPointer(mapping.cellStorage(0))
        counts.withUnsafeMutableBufferPointer { counts in
            for index in 0..<min(Int(cells.count) - 1, counts.count) { counts[index] = Self.integer(base, cells, index) }
        }
        return sum(cells)
    }

    func integer(_ cells: CellRange, _ index: Int) -> UInt64 {
        Self.integer(UnsafeRawPointer(mapping.cellStorage(0)), cells, index)
    }

    func double(_ cells: CellRange, _ index: Int) -> Double {
        Self.double(UnsafeRawPointer(mapping.cellStorage(0)), cells, index)
    }

    /// The sum over the planes, which are read one after the other: each only rises, and so does their sum from one reading to the
    /// next. In bounds while `index` is below `cells.count`.
    @inline(__always)
    private static func integer(_ base: UnsafeRawPointer, _ cells: CellRange, _ index: Int) -> UInt64 {
        var place = base + (Int(cells.first) &+ index) &* 8
        var total = load(place)
        var plane: UInt8 = 1
        while plane < cells.planes {
            place += SegmentLayout.planeStride
            total &+= load(place)
            plane &+= 1
        }
        return total
    }

    @inline(__always)
    private static func double(_ base: UnsafeRawPointer, _ cells: CellRange, _ index: Int) -> Double {
        var place = base + (Int(cells.first) &+ index) &* 8
        var total = Double(bitPattern: load(place))
        var plane: UInt8 = 1
        while plane < cells.planes {
            place += SegmentLayout.planeStride
            total += Double(bitPattern: load(place))
            plane &+= 1
        }
        return total
    }

    /// The cell as atomic memory; it is mapped for reading alone, and nothing but a load is done on it.
    @inline(__always)
    private static func load(_ place: UnsafeRawPointer) -> UInt64 {
        UnsafeAtomic<UInt64>(
            at: UnsafeMutableRawPointer(mutating: place).assumingMemoryBound(to: UnsafeAtomic<UInt64>.Storage.self)
        ).load(ordering: .relaxed)
    }
}

package import ApusMetrics
import Atomics
import CLinux

/// All that is known of a series at one moment.
extension SegmentReader {
    /// What a series is worth.
    ///
    /// - Parameters:
    ///   - cells: of a series of `family`.
    ///   - family: its place in ``families`` came with the series.
    package func point(_ cells: CellRange, of family: MetricFamily) -> PointValue {
        switch cells.form {
        case .integer: return .integer(integer(cells))
        case .double: return .double(value(cells))
        case .histogram:
            var counts = [UInt64](repeating: 0, count: Int(cells.count) - 1)
            let sum = readHistogram(cells, into: &counts)
            return .histogram(counts: counts, sum: sum)
        case .nativeHistogram: return .nativeHistogram(native(cells, family.shape ?? .durations))
        case .summary: return .summary(count: integer(cells, 0), sum: sum(cells))
        case .info: return .info
        case .state:
            let held = integer(cells, 0)
            return .stateSet(held >= 1 && held <= UInt64(family.states.count) ? Int(held) - 1 : nil)
        }
    }

    private func native(_ cells: CellRange, _ shape: NativeShape) -> NativeHistogramValue {
        // Below, zero, the buckets, above, the sum: never fewer than four cells and one bucket, as the series was checked.
        var all = [UInt64](repeating: 0, count: Int(cells.count) - 1)
        let sum = readHistogram(cells, into: &all)
        return NativeHistogramValue(
            shape: shape, zeroCount: all[1], counts: Array(all[2..<all.count - 1]), below: all[0], above: all[all.count - 1],
            sum: sum)
    }

    /// The time at which the count began, in seconds since the Unix epoch; `nil` for what does not count, and where the writer
    /// does not say, or says a moment that is not yet.
    package func created(_ cells: CellRange) -> Double? {
        guard cells.entry != 0 else { return nil }
        let pages = SegmentLayout.pages(ofEntries: Int(cells.entry)...Int(cells.entry))
        guard mapped.hasRoom(entries: pages) else { return Self.seconds(copiedStart(cells)) }
        let nanoseconds = mapping.created(Int(cells.entry)).load(ordering: .relaxed)
        mapped.note(entries: pages)
        return Self.seconds(nanoseconds)
    }

    private func copiedStart(_ cells: CellRange) -> UInt64 { file.word(at: SegmentLayout.start(ofEntry: Int(cells.entry))) }

    /// Series whose starts are read by copies at a time where no more pages may be mapped.
    private static let copiedStarts = 16

    /// Reads the moments at which many counts began, in nanoseconds since the Unix epoch; 0 where ``created(_:)`` is `nil`.
    ///
    /// - Parameter starts: has at least as many elements as `cells`; the first ones are overwritten.
    package func readStarts(_ cells: ArraySlice<CellRange>, into starts: inout [UInt64]) {
        // In order, as series come; of what does not count it is 0.
        let (first, last) = (Int(cells.first?.entry ?? 0), Int(cells.last?.entry ?? 0))
        let pages = SegmentLayout.pages(ofEntries: min(first, last)...max(first, last))
        let areCopied = cells.count <= Self.copiedStarts && !mapped.hasRoom(entries: pages)
        for (place, one) in zip(starts.indices, cells) {
            let nanoseconds =
                one.entry == 0 ? 0 : areCopied ? copiedStart(one) : mapping.created(Int(one.entry)).load(ordering: .relaxed)
            starts[place] = Self.isPossible(nanoseconds) ? nanoseconds : 0
        }
        if !areCopied { mapped.note(entries: pages) }
    }

    /// The time by which a moment may be after now, in nanoseconds: clocks are set back now and then.
    private static let farthest: UInt64 = 86_400 * 1_000_000_000
    /// A moment that needs no look at the clock.
    private static let near = apus_realtime_nanoseconds() + farthest

    /// A moment in seconds since the Unix epoch; `nil` for none, and for one so far ahead that no clock can have shown it.
    private static func seconds(_ nanoseconds: UInt64) -> Double? {
        guard nanoseconds > 0, isPossible(nanoseconds) else { return nil }
        return Double(nanoseconds) / 1e9
    }

    /// Whether a clock can have shown a moment.
    private static func isPossible(_ nanoseconds: UInt64) -> Bool {
        nanoseconds <= near || nanoseconds <= apus_realtime_nanoseconds() + farthest
    }

    /// The exemplars that a series keeps: of a counter one, of a histogram one for each bucket, `+Inf`'s last; empty when it
    /// keeps none or has none yet. What is not a legal exemplar is left out.
    package func exemplars(_ cells: CellRange) -> [Exemplar?] {
        guard cells.exemplars != 0 else { return [] }
        let exemplars = (0..<cells.exemplarSlots).map { slot in
            ExemplarSlot.read(Int(cells.exemplars) + slot * ExemplarSlot.size, of: file).flatMap(Self.exemplar)
        }
        return exemplars.contains { $0 != nil } ? exemplars : []
    }

    private static func exemplar(_ content: ExemplarSlot.Content) -> Exemplar? {
        guard content.value.isFinite, !content.labels.contains(0), let labels = try? LabelBytes.parse(content.labels) else {
            return nil
        }
        let length = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
        guard length <= SegmentLayout.longestExemplar else { return nil }
        return Exemplar(
            labels: content.labels, value: content.value,
            timestamp: seconds(content.moment))
    }
}

extension CellRange {
    /// The number of slots for exemplars, where there are any: a histogram has one for each cell but that of the sum.
    var exemplarSlots: Int { form == .histogram ? Int(count) - 1 : 1 }
}

import CExposition

extension ProtobufEncoder {
    /// Room that is made at a time, in bytes; a metric that is longer gets more.
    private static let room = 1 << 15

    /// Writes many series of the family that was begun last: the way of a scrape, without an allocation for a series.
    ///
    /// - Parameters:
    ///   - template: the family's; a series has as many numbers as it has parts.
    ///   - labels: the series' own rendered labels, one after the other.
    ///   - ends: where those of each series end; the first begin at 0. They rise and stay within `labels`.
    ///   - series: numbers of the series; below `ends.count`.
    ///   - values: of these series, in their order: whole numbers for counts, the bits of doubles for everything else.
    ///   - starts: the moments at which these series began to count, in nanoseconds since the Unix epoch; 0 for an unknown one. Those
    ///     that are missing at the end are unknown.
    public mutating func metrics(
        _ template: MetricTemplate, labels: [UInt8], ends: [UInt32], _ series: Range<Int>, values: [UInt64],
        starts: [UInt64] = []
    ) {
        precondition(series.upperBound <= ends.count && series.count * template.parts <= values.count)
        precondition(Int(ends.last ?? 0) <= labels.count)
        var next = series.lowerBound
        var room = Self.room
        while next < series.upperBound {
            openMessage()
            let count = writer.bytes.append(room) { out, capacity in
                apus_write_metrics(
                    out, capacity, template.field, template.bounds, template.bounds.count, template.labels,
                    template.labels.count, labels, labels.count, ends, &next, series.upperBound, values, starts,
                    min(starts.count, series.count), series.lowerBound)
            }
            // A metric longer than the room: the labels of a segment are limited, so that a few times as much holds any.
            if count > 0 { updateMessage() } else { room *= 2 }
        }
    }
}

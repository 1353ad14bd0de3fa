extension PatternCounts {
    /// The columns of the state file's lines: the first line names the pattern, those of its series follow.
    func lines(name: String) -> [[String]] {
        [["pattern", name, shape, String(dropped), String(failed)]]
            + series.map { labels, value in
                ["matched", String(value.count), String(value.sum.bitPattern, radix: 16), String(value.buckets.count)]
                    + value.buckets.map { String($0) } + labels
            }
    }

    /// Takes up a line of a series.
    mutating func take(_ columns: [String]) -> Bool {
        guard columns.count >= 4, let count = UInt64(columns[1]), let sum = UInt64(columns[2], radix: 16),
            let width = Int(columns[3]), width >= 0, width <= columns.count - 4
        else { return false }
        let buckets = columns[4..<4 + width].compactMap { UInt64($0) }
        guard buckets.count == width else { return false }
        series[Array(columns[(4 + width)...])] = Value(count: count, sum: Double(bitPattern: sum), buckets: buckets)
        return true
    }
}

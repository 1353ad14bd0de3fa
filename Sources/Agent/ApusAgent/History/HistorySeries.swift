/// What is kept of a subject over the last hour: what a page draws of it, and no more.
package enum HistorySeries: Int, CaseIterable, Sendable {
    /// Percent of one core.
    case cpu
    /// Bytes.
    case resident
    /// Bytes.
    case heap
    /// Open connections to databases, over all pools.
    case connections
    /// Entries of the queue, in all states.
    case queue
    /// The part of the time in which the subject was up, 0 to 1.
    case up

    /// Its place in a set of series.
    var bit: UInt8 { 1 << UInt8(rawValue) }

    /// Its name in documents, with its unit.
    package var member: StaticString {
        switch self {
        case .cpu: "cpuPercent"
        case .resident: "residentBytes"
        case .heap: "heapBytes"
        case .connections: "connections"
        case .queue: "queueDepth"
        case .up: "up"
        }
    }

    /// Whether several values are one by their mean; of the others it is the largest that matters.
    var isMean: Bool { self == .cpu || self == .up }

    /// One value in place of several; a gap where there is none.
    package func folded(_ values: some Sequence<Float>) -> Float {
        var sum = Fold()
        for value in values { sum.add(value, isMean: isMean) }
        return sum.value(isMean: isMean)
    }

    /// Values on their way to one.
    struct Fold: Sendable {
        private var result: Float = 0
        private var count: Float = 0

        mutating func add(_ value: Float, isMean: Bool) {
            guard !value.isNaN else { return }
            result = isMean ? result + value : count == 0 ? value : max(result, value)
            count += 1
        }

        func value(isMean: Bool) -> Float { count == 0 ? .nan : isMean ? result / count : result }
    }
}

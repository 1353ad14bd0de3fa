/// What is kept of one subject from turn to turn: since when it is as it is, how often another process has come, and its series.
struct HistoryTrack: Sendable {
    /// The turn in which it was seen first, and the last one.
    let first: UInt64
    var seen: UInt64
    private(set) var owner: UInt32?
    private(set) var isExpected = false
    private(set) var state: SubjectState
    /// When it came into its state, and when it was seen last, in seconds since the Unix epoch.
    private(set) var since: Double
    private var seenAt: Double
    private var process: UInt64?
    /// How often another process was seen than before.
    private(set) var restarts = 0
    /// `nil` while it has no history.
    private(set) var rings: Rings?

    /// The series of a subject.
    struct Rings: Sendable {
        /// Points with a value for each of the series that are ``present``, in their order; `nil` before the first one.
        private var ring: HistoryRing?
        private var folds: [HistorySeries.Fold] = Self.empty
        /// Points since the beginning, those included that are not kept any more.
        private(set) var count = 0
        /// The series that have had a value, a bit each: what has no such value takes no memory for it.
        private var present: UInt8 = 0
        private var hasRestarted = false

        private static let empty = Array(repeating: HistorySeries.Fold(), count: HistorySeries.allCases.count)
        /// What the part of the time in which the subject was up is raised by where another process has come.
        private static let restart: Float = 2

        mutating func add(_ values: SIMD8<Float>, hasRestarted: Bool) {
            for series in HistorySeries.allCases {
                folds[series.rawValue].add(values[series.rawValue], isMean: series.isMean)
            }
            self.hasRestarted = self.hasRestarted || hasRestarted
        }

        /// Makes a point of the values that were added since the last one.
        mutating func close(most: Int) {
            var ring = self.ring.take() ?? HistoryRing(most: most)
            var point: SIMD8<Float> = .zero
            var width = 0
            for series in HistorySeries.allCases {
                var value = folds[series.rawValue].value(isMean: series.isMean)
                if series == .up, hasRestarted { value += Self.restart }
                folds[series.rawValue] = HistorySeries.Fold()
                if present & series.bit == 0 {
                    if value.isNaN { continue }
                    ring.insert(column: width)
                    present |= series.bit
                }
                point[width] = value
                width += 1
            }
            ring.append((0..<width).lazy.map { point[$0] })
            self.ring = ring
            hasRestarted = false
            count += 1
        }

        /// The last points of a series; `nil` of one that never had a value.
        func last(_ count: Int, of series: HistorySeries) -> [Float]? {
            guard let ring, present & series.bit != 0 else { return nil }
            let values = ring.last(count, column: (present & (series.bit - 1)).nonzeroBitCount)
            return series == .up ? values.map { $0 >= Self.restart ? $0 - Self.restart : $0 } : values
        }

        /// Which of the last points have seen another process come.
        func restarts(_ count: Int) -> [Bool] {
            guard let ring, present & HistorySeries.up.bit != 0 else { return [] }
            return ring.last(count, column: (present & (HistorySeries.up.bit - 1)).nonzeroBitCount).map { $0 >= Self.restart }
        }

        /// Bytes that a subject takes at most.
        static func bytes(points: Int) -> Int {
            let series = HistorySeries.allCases.count
            return HistoryRing.bytes(points: points, columns: series) + series * MemoryLayout<HistorySeries.Fold>.stride + 96
        }
    }

    init(_ point: HistoryPoint, turn: UInt64, at time: Double) {
        first = turn
        seen = turn
        state = point.state
        since = point.state.isUp ? min(time, point.began ?? time) : time
        seenAt = time
        process = point.process
        owner = point.owner
        isExpected = point.isExpected
    }

    /// Whether it has lived for long enough to be given room: most of a flood of names do not.
    func isSettled(at turn: UInt64) -> Bool { turn >= first + 2 }

    /// Begins with what the turn under way says.
    mutating func begin(with point: HistoryPoint) {
        rings = Rings()
        rings?.add(point.values, hasRestarted: false)
    }

    mutating func end() { rings = nil }

    mutating func turn(_ point: HistoryPoint, turn: UInt64, at time: Double) {
        seen = turn
        owner = point.owner
        isExpected = point.isExpected
        var hasRestarted = false
        if let new = point.process {
            hasRestarted = process.map { $0 != new } ?? false
            if point.isSum, let began = point.began { hasRestarted = hasRestarted && began > seenAt }
            process = new
        }
        seenAt = time
        if hasRestarted { restarts += 1 }
        if state != point.state || hasRestarted && state.isUp {
            state = point.state
            since = hasRestarted ? min(time, point.began ?? time) : time
        }
        rings?.add(point.values, hasRestarted: hasRestarted)
    }

    mutating func close(most: Int) { rings?.close(most: most) }
}

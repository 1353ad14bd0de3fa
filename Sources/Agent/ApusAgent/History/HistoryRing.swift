/// The last points of one series, in memory that grows with them up to a bound.
package struct HistoryRing: Sendable {
    /// Points for which there is room, step by step: most names that come go again before they have many.
    private static let rooms = [16, 64]

    private let most: Int
    /// Once they are as many as there may be, the oldest is at `start`, and the others follow around the end.
    private var values: [Float] = []
    private var start = 0

    /// - Parameters:
    ///   - most: points at a time, at least 1.
    ///   - missing: points that the series should have had before its first value: gaps.
    package init(most: Int, missing: Int = 0) {
        self.most = max(1, most)
        for _ in 0..<min(missing, self.most) { append(.nan) }
    }

    package var count: Int { values.count }

    /// Appends a point, in place of the oldest one where there are as many as there may be; no number is a gap.
    package mutating func append(_ value: Float) {
        guard values.count == most else {
            if values.count == values.capacity {
                values.reserveCapacity(min(most, Self.rooms.first { $0 > values.count } ?? most))
            }
            return values.append(value)
        }
        values[start] = value
        start = start + 1 == most ? 0 : start + 1
    }

    /// The last points, the oldest first.
    package func last(_ count: Int) -> [Float] {
        let count = max(0, min(count, values.count))
        let first = start + values.count - count
        return (first..<first + count).map { values[$0 % values.count] }
    }

    /// Bytes that a ring takes when it has all of its points.
    package static func bytes(points: Int) -> Int { points * MemoryLayout<Float>.stride + arrayHeader }

    /// What an array takes beside its elements, with what the allocator adds.
    private static let arrayHeader = 48
}

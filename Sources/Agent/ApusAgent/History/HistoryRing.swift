/// The last points of some series that have their points at the same times, in one piece of memory that grows with them up to a bound.
package struct HistoryRing: Sendable {
    /// Points for which there is room, step by step: most names that come go again before they have many.
    private static let rooms = [4, 16, 64]

    /// Points at a time.
    private let most: Int32
    /// Values of a point: its columns.
    private var width: Int32 = 0
    /// Once they are as many points as there may be, the oldest is here, and the others follow around the end.
    private var start: Int32 = 0
    private var points: Int32
    /// The points side by side.
    private var values: [Float] = []

    package var count: Int { Int(points) }

    /// - Parameters:
    ///   - most: points at a time, at least 1.
    ///   - missing: points that there should have been before the first: gaps in each column.
    package init(most: Int, missing: Int = 0) {
        self.most = max(1, Int32(clamping: most))
        points = min(Int32(clamping: missing), self.most)
    }

    /// Makes room for one more series, whose values are gaps so far.
    ///
    /// - Parameter column: its place among the values of a point; those behind it move.
    package mutating func insert(column: Int) {
        var wider: [Float] = []
        wider.reserveCapacity(room(for: count) * Int(width + 1))
        for point in 0..<count {
            let first = place(of: point)
            wider += values[first..<first + column]
            wider.append(.nan)
            wider += values[first + column..<first + Int(width)]
        }
        (values, width, start) = (wider, width + 1, 0)
    }

    /// Appends a point with a value for each column, in place of the oldest one where there are as many as there may be; no number is a gap.
    package mutating func append(_ point: some Collection<Float>) {
        guard points == most else {
            if values.count + Int(width) > values.capacity { values.reserveCapacity(room(for: count + 1) * Int(width)) }
            values += point
            points += 1
            return
        }
        for (place, value) in zip(place(of: 0)..<place(of: 0) + Int(width), point) { values[place] = value }
        start = start + 1 == most ? 0 : start + 1
    }

    /// The last values of a column, the oldest first.
    package func last(_ count: Int, column: Int) -> [Float] {
        (self.count - max(0, min(count, self.count))..<self.count).map { values[place(of: $0) + column] }
    }

    /// Where the values of a point begin.
    ///
    /// - Parameter point: counted from the oldest one.
    private func place(of point: Int) -> Int { (Int(start) + point) % Int(most) * Int(width) }

    private func room(for points: Int) -> Int { min(Int(most), Self.rooms.first { $0 >= points } ?? Int(most)) }

    /// Bytes that a ring takes when it has all of its points.
    package static func bytes(points: Int, columns: Int) -> Int { points * columns * MemoryLayout<Float>.stride + arrayHeader }

    /// What an array takes beside its elements, with what the allocator adds.
    private static let arrayHeader = 48
}

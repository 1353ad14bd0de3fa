/// How many letters tell two words apart.
package enum EditDistance {
    /// Letters inserted, removed, replaced or swapped with their neighbour; `nil` when they are more than the limit.
    package static func between(_ left: [UInt8], _ right: [UInt8], within limit: Int) -> Int? {
        guard abs(left.count - right.count) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            if current.allSatisfy({ $0 > limit }) { return nil }
            (beforeLast, last) = (last, current)
        }
        return last[right.count] <= limit ? last[right.count] : nil
    }

    /// The word that is most like one that is not known, with at most a third of its letters wrong; `nil` when none is like it.
    package static func nearest(to word: String, among known: [String]) -> String? {
        let bytes = Array(word.utf8.prefix(64))
        let limit = max(1, bytes.count / 3)
        let near = known.compactMap { candidate in
            between(bytes, Array(candidate.utf8), within: limit).map { (distance: $0, word: candidate) }
        }
        // The first of equals in the order given, so that the answer is always the same.
        return near.min { $0.distance < $1.distance }?.word
    }
}

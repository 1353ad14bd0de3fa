extension FixedWidthInteger {
    /// The sum, or the greatest or least value where the type cannot hold it: what adds numbers from outside does not end the program.
    package func clampedSum(_ other: Self) -> Self {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? (other < 0 ? .min : .max) : sum
    }

    /// Adds a number from outside; see ``clampedSum(_:)``.
    package mutating func addClamped(_ other: Self) { self = clampedSum(other) }
}

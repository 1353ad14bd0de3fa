/// What each row of a subject has to serve at a moment; of those that have nothing no more than that is kept.
///
/// Most subjects have something in a third of their rows, and an exposition keeps those of all subjects until it is written.
struct RowValues: Sendable {
    /// The place of each row's value among those that are there, counted from 1; 0 where a row has nothing.
    private var numbers: [UInt16] = []
    private var values: [RowValue] = []

    /// - Parameter count: rows that there will be.
    init(capacity count: Int) { numbers.reserveCapacity(count) }

    /// Rows of which none has anything.
    init(absent count: Int) { numbers = Array(repeating: 0, count: count) }

    /// Rows, those included that have nothing.
    var count: Int { numbers.count }

    /// The values that are there, in no order.
    var served: [RowValue] { values }

    mutating func append(_ value: RowValue) {
        if case .absent = value { return numbers.append(0) }
        values.append(value)
        numbers.append(UInt16(values.count))
    }

    mutating func appendAbsent(_ count: Int) { numbers.append(contentsOf: repeatElement(0, count: count)) }

    func isServed(_ row: Int) -> Bool { if case .absent = self[row] { false } else { true } }

    subscript(row: Int) -> RowValue {
        get { numbers[row] == 0 ? .absent : values[Int(numbers[row]) - 1] }
        set {
            if numbers[row] > 0 {
                values[Int(numbers[row]) - 1] = newValue
            } else if case .absent = newValue {
                return
            } else {
                values.append(newValue)
                numbers[row] = UInt16(values.count)
            }
        }
    }

    /// Gives back what was reserved and not needed.
    func compact() -> RowValues {
        guard values.capacity > values.count + values.count / 4 else { return self }
        var other = self
        other.values = values.withUnsafeBufferPointer { Array($0) }
        return other
    }
}

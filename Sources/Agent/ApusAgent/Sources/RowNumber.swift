import ApusMetrics

/// A number that a series of a row can have. Whole ones are written exactly, those too that no `Double` holds, as from 2^53 on.
protocol RowNumber: Sendable {
    /// As the one series of a row, whose count began at a time in seconds since the Unix epoch.
    func value(since start: Double?) -> RowValue
    /// As one series of several.
    var pointValue: PointValue { get }
}

extension Double: RowNumber {
    func value(since start: Double?) -> RowValue { .number(self, since: start) }
    var pointValue: PointValue { .double(self) }
}

extension UInt64: RowNumber {
    func value(since start: Double?) -> RowValue { .whole(self, since: start) }
    var pointValue: PointValue { .integer(self) }
}

extension RowNumber where Self: FixedWidthInteger & SignedInteger {
    func value(since start: Double?) -> RowValue {
        UInt64(exactly: self).map { .whole($0, since: start) } ?? .number(Double(self), since: start)
    }

    var pointValue: PointValue { UInt64(exactly: self).map { .integer($0) } ?? .double(Double(self)) }
}

extension Int: RowNumber {}
extension Int64: RowNumber {}

/// A row that this version cannot read.
struct UnreadableRow: Error, CustomStringConvertible {
    let table: String
    let column: String
    let value: String

    var description: String { "\(table).\(column) holds \(value), which this version cannot read" }
}

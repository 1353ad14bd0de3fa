/// What each row of a subject has to serve at a moment, in as few bytes as it takes.
///
/// Most subjects have something in a third of their rows, and nearly all of that is numbers; an exposition keeps the values of thousands of
/// subjects until it is written.
struct RowValues: Sendable {
    /// Where a row's value is, shifted by the bits of its ``Form``; 0 where a row has nothing.
    private var places: [UInt16] = []
    /// The bits of numbers, each followed by those of the moment when its count began, where that is known.
    private var words: [UInt64] = []
    /// The values that are no numbers.
    private var others: [RowValue] = []

    /// How a value is kept.
    private enum Form: UInt16 {
        case absent
        case number
        case whole
        case numberSince
        case wholeSince
        case other

        static let bits: UInt16 = 3
        static let mask: UInt16 = 1 << bits - 1
    }

    /// - Parameter count: rows that there will be.
    init(capacity count: Int) { places.reserveCapacity(count) }

    /// Rows of which none has anything.
    init(absent count: Int) { places = Array(repeating: 0, count: count) }

    /// Rows, those included that have nothing.
    var count: Int { places.count }

    /// The values that are there, in the order of their rows.
    var served: some Sequence<RowValue> { places.lazy.filter { $0 != 0 }.map { value(at: $0) } }

    mutating func append(_ value: RowValue) { places.append(keep(value)) }

    mutating func appendAbsent(_ count: Int) { places.append(contentsOf: repeatElement(0, count: count)) }

    func isServed(_ row: Int) -> Bool { places[row] != 0 }

    /// The number of the row's one series, where a double has it exactly.
    func plain(_ row: Int) -> Double? {
        let place = Int(places[row] >> Form.bits)
        return switch Form(rawValue: places[row] & Form.mask) {
        case .number, .numberSince: Double(bitPattern: words[place])
        case .whole, .wholeSince: words[place] <= 1 << 53 ? Double(words[place]) : nil
        case .absent, .other, nil: nil
        }
    }

    subscript(row: Int) -> RowValue {
        get { value(at: places[row]) }
        // The value before stays where it was: what is changed is written soon.
        set { places[row] = keep(newValue) }
    }

    /// Gives back what was reserved and not needed.
    func compact() -> RowValues {
        guard words.capacity > words.count + words.count / 4 else { return self }
        var other = self
        other.words = words.withUnsafeBufferPointer { Array($0) }
        return other
    }

    private func value(at place: UInt16) -> RowValue {
        let index = Int(place >> Form.bits)
        return switch Form(rawValue: place & Form.mask) {
        case .number: .number(Double(bitPattern: words[index]), since: nil)
        case .whole: .whole(words[index], since: nil)
        case .numberSince: .number(Double(bitPattern: words[index]), since: Double(bitPattern: words[index + 1]))
        case .wholeSince: .whole(words[index], since: Double(bitPattern: words[index + 1]))
        case .other: others[index]
        case .absent, nil: .absent
        }
    }

    /// - Returns: what ``places`` has of it. The rows of all sources together are some hundreds.
    private mutating func keep(_ value: RowValue) -> UInt16 {
        let (form, bits, start): (Form, UInt64, Double?)
        switch value {
        case .absent: return 0
        case .number(let number, let since): (form, bits, start) = (.number, number.bitPattern, since)
        case .whole(let number, let since): (form, bits, start) = (.whole, number, since)
        case .points, .counted:
            others.append(value)
            return UInt16((others.count - 1) << Int(Form.bits)) | Form.other.rawValue
        }
        let place = UInt16(words.count << Int(Form.bits))
        words.append(bits)
        guard let start else { return place | form.rawValue }
        words.append(start.bitPattern)
        return place | (form == .number ? Form.numberSince : Form.wholeSince).rawValue
    }
}

/// The number of a catalogued kind of message.
enum MessageID {
    /// The kind that says what a unit has used, at its end: SD_MESSAGE_UNIT_RESOURCES.
    static let unitResources: UInt128 = 0xae8f_7b86_6b03_47b9_af31_fe1c_80b1_27c0

    /// Reads the 32 hexadecimal digits of the field MESSAGE_ID; `nil` for anything else.
    static func number(_ digits: UnsafeRawBufferPointer) -> UInt128? {
        guard digits.count == 32 else { return nil }
        // By halves: a shift of 64 bits is one instruction.
        guard let high = half(digits[..<16]), let low = half(digits[16...]) else { return nil }
        return UInt128(high) << 64 | UInt128(low)
    }

    private static func half(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case 48...57: number = number << 4 | UInt64(digit - 48)
            case 97...102: number = number << 4 | UInt64(digit - 87)
            case 65...70: number = number << 4 | UInt64(digit - 55)
            default: return nil
            }
        }
        return number
    }
}

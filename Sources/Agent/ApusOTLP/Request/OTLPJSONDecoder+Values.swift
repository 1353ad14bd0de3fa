import ApusText

/// Members of objects as values, each with an error that says what is there instead.
extension OTLPJSONDecoder {
    mutating func count(_ count: Int, most: Int = .max, _ what: String, _ json: PlacedJSON) throws(OTLPError) {
        if let reason = tally.take(count, most: most, what) { throw error(reason, json) }
    }

    func error(_ reason: String, _ json: PlacedJSON) -> OTLPError {
        OTLPError(place: .text(TextPlace(offset: json.offset, in: body)), reason: reason)
    }

    /// A member with a value: `null` stands for none.
    func present(_ json: PlacedJSON, _ name: String) -> PlacedJSON? {
        guard let member = json[name] else { return nil }
        if case .null = member.value { return nil }
        return member
    }

    func list(_ json: PlacedJSON, _ name: String, most: Int = .max) throws(OTLPError) -> [PlacedJSON] {
        guard let member = present(json, name) else { return [] }
        guard case .array(let elements) = member.value else { throw wrong(member, name, "an array") }
        guard elements.count <= most else {
            throw error("\(name) has \(elements.count) elements, and \(most) are the most", member)
        }
        return elements
    }

    func wrong(_ json: PlacedJSON, _ name: String, _ wanted: String) -> OTLPError {
        error("\(name) is \(json.kind) that cannot be read as \(wanted)", json)
    }

    func text(_ json: PlacedJSON, _ name: String) throws(OTLPError) -> String {
        guard let member = present(json, name) else { return "" }
        guard case .string(let text) = member.value else { throw wrong(member, name, "a string") }
        return text
    }

    func boolean(_ json: PlacedJSON, _ name: String) throws(OTLPError) -> Bool {
        guard let member = present(json, name) else { return false }
        guard case .boolean(let value) = member.value else { throw wrong(member, name, "true or false") }
        return value
    }

    func unsigned(_ json: PlacedJSON, _ name: String) throws(OTLPError) -> UInt64 {
        guard let member = present(json, name) else { return 0 }
        return try unsigned(member, called: name)
    }

    /// A whole number, which protobuf's JSON has as a string, so that none of its digits is lost.
    func unsigned(_ json: PlacedJSON, called name: String = "an element") throws(OTLPError) -> UInt64 {
        let value: UInt64? =
            switch json.value {
            case .string(let text): UInt64(text)
            case .number(let number): digits(of: json).map { UInt64($0) } ?? UInt64(exactly: number)
            default: nil
            }
        guard let value else { throw wrong(json, name, "a whole number from 0 to 2^64 - 1") }
        return value
    }

    func signed(_ json: PlacedJSON, _ name: String) throws(OTLPError) -> Int64 {
        guard let member = present(json, name) else { return 0 }
        let value: Int64? =
            switch member.value {
            case .string(let text): Int64(text)
            case .number(let number): digits(of: member).map { Int64($0) } ?? Int64(exactly: number)
            default: nil
            }
        guard let value else { throw wrong(member, name, "a whole number of 64 bits") }
        return value
    }

    /// The digits of a number that is written as a whole one, of which a double has no more than 53 bits; `nil` of another, such as 1.0 or 1e3.
    private func digits(of json: PlacedJSON) -> String? {
        // One more than any number of 64 bits has.
        let digits = body[json.offset...].prefix(21).prefix {
            $0 == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        }
        if digits.endIndex < body.endIndex,
            [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(body[digits.endIndex])
        {
            return nil
        }
        return String(decoding: digits, as: UTF8.self)
    }

    func double(_ json: PlacedJSON, _ name: String) throws(OTLPError) -> Double {
        guard let member = present(json, name) else { return 0 }
        return try double(member, called: name)
    }

    func double(_ json: PlacedJSON, called name: String = "an element") throws(OTLPError) -> Double {
        switch json.value {
        case .number(let number): return number
        case .string("NaN"): return .nan
        case .string("Infinity"): return .infinity
        case .string("-Infinity"): return -.infinity
        case .string(let text):
            if text.utf8.count <= 64, let number = text.wholeDouble { return number }
        default: break
        }
        throw wrong(json, name, "a number")
    }
}

/// A key that a person has pressed.
package enum TerminalKey: Hashable, Sendable {
    case character(Unicode.Scalar)
    case up, down, left, right
    case pageUp, pageDown, home, end
    case enter, escape, backspace, delete, tab
    /// A letter with Ctrl.
    case control(Unicode.Scalar)
    /// A sequence that is of none of the keys above.
    case other
}

/// Reads keys from the bytes of a terminal, of which a sequence may come in several pieces.
///
/// An escape by itself and the beginning of a sequence are the same byte: ``rest()`` says that nothing has followed in time.
package struct KeyDecoder: Sendable {
    private var pending: [UInt8] = []

    /// The number of bytes of a sequence, past which it is none.
    private static let longest = 32
    private static let escape: UInt8 = 0x1B

    package init() {}

    /// Whether a sequence has begun, and its end has not come.
    package var isPending: Bool { !pending.isEmpty }

    /// The keys whose last byte is among these.
    package mutating func keys(of bytes: some Sequence<UInt8>) -> [TerminalKey] {
        pending += bytes
        var keys: [TerminalKey] = []
        var place = 0
        while place < pending.count, let (key, count) = Self.key(of: pending[place...]) {
            if let key { keys.append(key) }
            place += count
        }
        pending.removeFirst(place)
        return keys
    }

    /// The keys of what has come, since nothing has followed it for a while.
    package mutating func rest() -> [TerminalKey] {
        defer { pending = [] }
        return pending.first == Self.escape ? [pending.count == 1 ? .escape : .other] : []
    }

    /// The first key of some bytes and the number of its bytes; no key of bytes that are none, `nil` where more have to come.
    private static func key(of bytes: ArraySlice<UInt8>) -> (TerminalKey?, Int)? {
        guard let first = bytes.first else { return nil }
        switch first {
        case escape: return sequence(of: bytes)
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x09: return (.tab, 1)
        case 0x08, 0x7F: return (.backspace, 1)
        case 0x00: return (nil, 1)
        case 0x01..<0x1B: return (.control(Unicode.Scalar(first + 0x60)), 1)
        case 0x1C..<0x20: return (.other, 1)
        case 0x20..<0x7F: return (.character(Unicode.Scalar(first)), 1)
        default: return letter(of: bytes, first)
        }
    }

    private static func letter(of bytes: ArraySlice<UInt8>, _ first: UInt8) -> (TerminalKey?, Int)? {
        let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard (0xC2...0xF4).contains(first) else { return (nil, 1) }
        let own = bytes.prefix(count)
        guard own.dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 }) else { return (nil, 1) }
        guard own.count == count else { return nil }
        guard let text = String(validating: own, as: UTF8.self), let scalar = text.unicodeScalars.first else { return (nil, 1) }
        return (.character(scalar), count)
    }

    private static func sequence(of bytes: ArraySlice<UInt8>) -> (TerminalKey?, Int)? {
        guard bytes.count > 1 else { return nil }
        let second = bytes[bytes.startIndex + 1]
        switch second {
        case UInt8(ascii: "["), UInt8(ascii: "O"):
            // Parameters and intermediate bytes, then one final byte (ECMA-48, 5.4).
            let body = bytes.dropFirst(2)
            // The Linux console sends ESC [ [ A for F1.
            let start = second == UInt8(ascii: "[") && body.first == UInt8(ascii: "[") ? body.dropFirst() : body
            guard let end = start.firstIndex(where: { !(0x20..<0x40).contains($0) }) else {
                return bytes.count > longest ? (.other, bytes.count) : nil
            }
            // Something that is no part of a sequence ends it, and counts for itself.
            guard (0x40..<0x7F).contains(bytes[end]) else { return (.other, end - bytes.startIndex) }
            let count = end - bytes.startIndex + 1
            guard start.startIndex == body.startIndex else { return (.other, count) }
            return (named(bytes[end], parameters: body[..<end]), count)
        case escape: return (.escape, 1)
        default:
            // A key with Alt is none that means anything here; the key is not to be taken for itself.
            return (.other, 2)
        }
    }

    private static func named(_ final: UInt8, parameters: ArraySlice<UInt8>) -> TerminalKey {
        switch final {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "C"): return .right
        case UInt8(ascii: "D"): return .left
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "F"): return .end
        case UInt8(ascii: "M"): return .enter
        case UInt8(ascii: "~"):
            switch String(decoding: parameters.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self) {
            case "1", "7": return .home
            case "3": return .delete
            case "4", "8": return .end
            case "5": return .pageUp
            case "6": return .pageDown
            default: return .other
            }
        default: return .other
        }
    }
}

import FoundationEssentials

/// The id of a notification: a UUID in lower case, which is also the `webhook-id` its receiver sees, the same over all attempts.
package struct NotificationID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    package init() { description = UUID().uuidString.lowercased() }

    /// Reads an id in any case of its letters; nil when the text is no UUID.
    package init?(_ text: String) {
        guard Self.isUUID(text) else { return nil }
        description = text.lowercased()
    }

    /// Whether a text has the form of RFC 9562. Foundation takes more: a pair of digits such as `-6` counts as a number there.
    private static func isUUID(_ text: String) -> Bool {
        guard text.utf8.count == 36 else { return false }
        return text.utf8.enumerated().allSatisfy { place, byte in
            switch byte {
            case UInt8(ascii: "-"): [8, 13, 18, 23].contains(place)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                ![8, 13, 18, 23].contains(place)
            default: false
            }
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not a UUID")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

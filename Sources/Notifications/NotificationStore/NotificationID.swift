import FoundationEssentials

/// The id of a notification: a UUID in lower case, which is also the `webhook-id` its receiver sees, the same over all attempts.
package struct NotificationID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    package init() { description = UUID().uuidString.lowercased() }

    /// Reads an id in any case of its letters; nil when the text is no UUID.
    package init?(_ text: String) {
        guard let uuid = UUID(uuidString: text) else { return nil }
        description = uuid.uuidString.lowercased()
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

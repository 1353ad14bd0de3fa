import FoundationEssentials
import NIOCore
import NotificationStore

/// The body of a webhook: `{"body":…,"id":…,"title":…,"userId":…}`, the same bytes in every attempt.
struct WebhookPayload: Encodable {
    let id: String
    let userId: String
    let title: String
    let body: String

    init(_ notification: NewNotification) {
        id = notification.id.description
        userId = notification.userID
        title = notification.title
        body = notification.body
    }

    func encoded() throws -> ByteBuffer {
        let encoder = JSONEncoder()
        // A fixed order, so that a signature over the body can be the same in every attempt.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(bytes: try encoder.encode(self))
    }
}

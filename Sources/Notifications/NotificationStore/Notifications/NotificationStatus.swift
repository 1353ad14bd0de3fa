/// Where a notification stands.
package enum NotificationStatus: String, CaseIterable, Sendable, Codable {
    /// To be delivered, now or later; leased by nobody.
    case pending
    /// Leased by a worker.
    case processing
    case delivered
    /// Given up.
    case dead
}

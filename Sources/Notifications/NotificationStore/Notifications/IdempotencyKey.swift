/// A client's name for one request to enqueue, with what the request said: the same body replays the first answer, another is
/// refused.
package struct IdempotencyKey: Hashable, Sendable {
    package var key: String
    /// A digest of the request's body.
    package var fingerprint: String

    package init(key: String, fingerprint: String) {
        self.key = key
        self.fingerprint = fingerprint
    }
}

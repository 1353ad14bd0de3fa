/// What came of a request to enqueue.
package enum EnqueueResult: Hashable, Sendable {
    /// Stored; the ids in the order of the request.
    case stored([NotificationID])
    /// The key was seen with the same body: nothing is stored anew, and these are the ids of the first time.
    case replayed([NotificationID])
    /// The key was seen with another body: nothing is stored.
    case conflict
}

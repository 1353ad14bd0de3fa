import NotificationStore
import NotificationTesting
import Synchronization

/// A store whose enqueueing waits until it is let go.
final class HeldStore: Sendable {
    private let held = Mutex<FaultyStore?>(nil)

    var faulty: FaultyStore? { held.withLock { $0 } }

    func wrap(_ store: any NotificationStore) -> any NotificationStore {
        let wrapped = FaultyStore(store, holding: [.enqueue])
        held.withLock { $0 = wrapped }
        return wrapped
    }
}

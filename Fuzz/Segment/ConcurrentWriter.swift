import ApusSegment
import Atomics
import CLinux
import Glibc

/// A second thread that writes two values in turn over chosen words while the reader reads.
///
/// One for the whole run: it sleeps on an eventfd until there is something to disturb.
final class ConcurrentWriter: @unchecked Sendable {
    // Unchecked: `changes` is written only while `isActive` is false and the thread has said so.
    struct Change {
        let address: UnsafeMutableRawPointer
        let values: (UInt32, UInt32)
    }

    static let shared = ConcurrentWriter()

    private var changes: [Change] = []
    private let isActive = UnsafeAtomic<Bool>.create(false)
    private let isIdle = UnsafeAtomic<Bool>.create(true)
    private let bell = apus_eventfd()

    private init() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ConcurrentWriter>.fromOpaque(context).takeUnretainedValue().work()
                return nil
            }, context)
        require(failure == 0, "no thread can be had")
    }

    /// Runs `body` while the words change.
    func disturb(_ changes: [Change], during body: () -> Void) {
        guard !changes.isEmpty else { return body() }
        self.changes = changes
        isIdle.store(false, ordering: .relaxed)
        isActive.store(true, ordering: .releasing)
        apus_eventfd_raise(bell)
        body()
        isActive.store(false, ordering: .releasing)
        while !isIdle.load(ordering: .acquiring) { sched_yield() }
    }

    private func work() {
        while true {
            var waiting = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, -1)
            var count: UInt64 = 0
            guard read(bell, &count, 8) == 8 else { continue }
            // At least once each, even when the reader was faster.
            repeat {
                for change in changes { change.address.storeBytes(of: change.values.0, as: UInt32.self) }
                for change in changes { change.address.storeBytes(of: change.values.1, as: UInt32.self) }
            } while isActive.load(ordering: .acquiring)
            isIdle.store(true, ordering: .releasing)
        }
    }
}

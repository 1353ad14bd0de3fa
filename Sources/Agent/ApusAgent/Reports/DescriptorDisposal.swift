import ApusLimits
import ApusThreads
import CLinux
import Glibc
import Synchronization

/// Closes descriptors that others have sent, on threads that may wait for it.
///
/// close(2) of what somebody else made can take as long as he likes: a socket that lingers (SO_LINGER), a file of a file system in user
/// space. What one user has sent waits for that user's alone.
package final class DescriptorDisposal: Sendable {
    private struct Waiting {
        let descriptor: Int32
        let isCounted: Bool
    }

    private struct State {
        /// What waits, by user; a user has an entry while there is something, or a thread closes something of his.
        var waiting: [UInt32: [Waiting]] = [:]
        /// The users for whom a thread is at work.
        var served: Set<UInt32> = []
        /// How many of each user's that came in messages are not closed yet.
        var pending: [UInt32: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Has descriptors closed, which are owned from here on. Returns at once.
    ///
    /// Shared memory as reports have it waits for no thread: its close cannot take long, and all threads can be held up by what a few users have
    /// sent.
    package func close(_ descriptors: [Int32], sentBy uid: UInt32) {
        let descriptors = descriptors.filter { descriptor in
            guard Self.isSegment(descriptor) else { return true }
            Glibc.close(descriptor)
            return false
        }
        guard !descriptors.isEmpty else { return }
        state.withLock {
            $0.waiting[uid, default: []] += descriptors.map { Waiting(descriptor: $0, isCounted: true) }
            $0.pending[uid, default: 0] += descriptors.count
        }
        serve()
    }

    /// Has a connection closed, which is owned from here on and does not count as ``pending(of:)``. Returns at once.
    ///
    /// One that holds nothing waits for no thread: all of them can be held up by what a few users have sent.
    package func close(connection: Int32, of uid: UInt32) {
        if shutdown(connection, Int32(SHUT_RDWR)) == 0, apus_holds_nothing(connection) != 0 {
            Glibc.close(connection)
            return
        }
        state.withLock { $0.waiting[uid, default: []].append(Waiting(descriptor: connection, isCounted: false)) }
        serve()
    }

    /// How many descriptors that a user has sent in messages are not closed yet.
    package func pending(of uid: UInt32) -> Int { state.withLock { $0.pending[uid] ?? 0 } }

    /// Starts threads for users that have none, as many as there may be.
    private func serve() {
        while let uid = next() {
            guard !DetachedThread(name: "apus-closing", body: { self.closeAll(of: uid) }).start() else { continue }
            // Without a thread the rest waits until there is one: waiting for a close here would hold up everybody.
            return state.withLock { _ = $0.served.remove(uid) }
        }
    }

    private func next() -> UInt32? {
        state.withLock { state in
            guard state.served.count < ReportLimits.closers.value,
                let uid = state.waiting.first(where: { !$0.value.isEmpty && !state.served.contains($0.key) })?.key
            else { return nil }
            state.served.insert(uid)
            return uid
        }
    }

    private func closeAll(of uid: UInt32) {
        while let descriptors = take(uid) {
            for one in descriptors {
                Self.close(one.descriptor)
                guard one.isCounted else { continue }
                state.withLock { state in
                    let rest = (state.pending[uid] ?? 1) - 1
                    state.pending[uid] = rest > 0 ? rest : nil
                }
            }
        }
        serve()
    }

    private func take(_ uid: UInt32) -> [Waiting]? {
        state.withLock { state in
            guard let descriptors = state.waiting[uid], !descriptors.isEmpty else {
                state.waiting[uid] = nil
                state.served.remove(uid)
                return nil
            }
            state.waiting[uid] = []
            return descriptors
        }
    }

    /// Blocks of 512 bytes that a segment may have which is closed at once: whoever closes memory last gives it back, 32 MiB in some milliseconds.
    private static let segmentBlocks = 65_536

    private static func isSegment(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard apus_memfd_is_sealed(descriptor) == 1, fstat(descriptor, &status) == 0 else { return false }
        return status.st_blocks <= segmentBlocks
    }

    /// Messages that are looked at in a connection before it is closed.
    private static let mostMessages = 512

    /// Descriptors in messages that nobody has received are closed with the connection. One of each is taken out first, so that it
    /// does not linger; if the others do, it is this user's thread that waits, and no number of a descriptor is taken for them.
    private static func close(_ descriptor: Int32) {
        apus_forbid_linger(descriptor)
        if shutdown(descriptor, Int32(SHUT_RDWR)) == 0 {
            var buffer: [UInt8] = [0]
            for _ in 0..<mostMessages {
                var found: Int32 = -1
                let length = apus_peek_with_descriptor(descriptor, &buffer, buffer.count, &found)
                let isOver = length < 0 && ![EMSGSIZE, EMFILE, E2BIG].contains(errno) || length == 0 && found < 0
                if found >= 0 {
                    apus_forbid_linger(found)
                    Glibc.close(found)
                }
                if isOver { break }
                _ = apus_drop_message(descriptor)
            }
        }
        Glibc.close(descriptor)
    }
}

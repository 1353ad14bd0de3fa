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
    private struct State {
        /// What waits, by user; a user has an entry while there is something, or a thread closes something of his.
        var waiting: [UInt32: [Int32]] = [:]
        /// The users for whom a thread is at work.
        var served: Set<UInt32> = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Has descriptors closed, which are owned from here on. Returns at once.
    package func close(_ descriptors: [Int32], sentBy uid: UInt32) {
        guard !descriptors.isEmpty else { return }
        state.withLock { $0.waiting[uid, default: []] += descriptors }
        serve()
    }

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
        while let descriptors = take(uid) { for descriptor in descriptors { Self.close(descriptor) } }
        serve()
    }

    private func take(_ uid: UInt32) -> [Int32]? {
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

    /// Messages that are looked at in a connection before it is closed.
    private static let mostMessages = 512

    /// Descriptors in messages that nobody has received are closed with the connection: they are taken out first.
    private static func close(_ descriptor: Int32) {
        apus_forbid_linger(descriptor)
        if shutdown(descriptor, Int32(SHUT_RDWR)) == 0 {
            var buffer: [UInt8] = [0]
            var found = [Int32](repeating: -1, count: Int(APUS_MOST_DESCRIPTORS))
            for _ in 0..<mostMessages {
                var count = 0
                let length = apus_receive_with_descriptors(descriptor, &buffer, buffer.count, &found, &count)
                let isOver = length < 0 && errno != EMSGSIZE && errno != EMFILE || length == 0
                for one in found.prefix(count) {
                    apus_forbid_linger(one)
                    Glibc.close(one)
                }
                if isOver { break }
            }
        }
        Glibc.close(descriptor)
    }
}

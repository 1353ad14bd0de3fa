import Glibc
import Synchronization

/// The mounts whose file systems are the kernel's own work on this machine, so that whoever looks into them waits for no other process and no
/// other machine.
package final class LocalMounts: Sendable {
    private struct State {
        /// /proc/self/mountinfo, which poll(2) says a change of; -1 before it is needed.
        var descriptor: Int32 = -1
        var table = MountTable()
        /// Whether the list has changed since it was read.
        var isChanged = true
    }

    private let state = Mutex(State())

    package init() {}

    deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

    /// Whether a mount asks nobody. The caller has something of it open, so that its number is no other mount's meanwhile.
    package func isLocal(_ mount: UInt64) -> Bool {
        state.withLock { state in
            refresh(&state)
            return state.table.local.contains(mount)
        }
    }

    /// Where a mount is that asks others, and of what kind it is: `/mnt/team (nfs4)`; `nil` of one that is not in this process's tree.
    package func words(of mount: UInt64) -> String? {
        state.withLock { state in
            refresh(&state)
            return state.table.others[mount]
        }
    }

    private func refresh(_ state: inout State) {
        if state.descriptor < 0 { state.descriptor = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC) }
        guard state.descriptor >= 0 else { return }
        var polled = pollfd(fd: state.descriptor, events: Int16(POLLPRI), revents: 0)
        if poll(&polled, 1, 0) > 0 { state.isChanged = true }
        guard state.isChanged else { return }
        let text = Self.text(state.descriptor)
        state.table.take(text)
        state.isChanged = text == nil
    }

    /// What of the list of mounts is read: some 20,000 of them. A mount behind it counts as one that asks others.
    private static let mostBytes = 4 << 20

    /// The list, as far as it is read; `nil` where it cannot be.
    private static func text(_ descriptor: Int32) -> [UInt8]? {
        var text: [UInt8] = []
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { return nil }
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while text.count < mostBytes {
            let count = read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            text += piece[..<count]
        }
        return text
    }
}

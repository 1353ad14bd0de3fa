package import ApusLinux
package import Logging

/// A file in the state directory with the id of the machine's boot, which says that an agent has watched before in that boot.
package enum BootMark {
    /// Whether the mark of this boot is there.
    ///
    /// - Parameter state: another file of the folder.
    package static func isLeft(beside state: String, root: KernelRoot = .live) -> Bool {
        guard let boot = try? boot(root) else { return false }
        return (try? WholeFile.read(path(beside: state), longest: 64)) == boot
    }

    /// Leaves the mark of this boot, to be called by an agent that has begun to watch; what goes wrong is logged.
    ///
    /// - Parameter state: another file of the folder.
    package static func leave(beside state: String, root: KernelRoot = .live, logger: Logger) {
        guard !isLeft(beside: state, root: root) else { return }
        do throws(LinuxError) {
            try WholeFile.write(boot(root), to: path(beside: state), replaces: true)
        } catch {
            logger.warning(
                "the next start will not know that groups have been watched: what they have used then counts once more",
                metadata: ["fault": "\(error)"])
        }
    }

    private static func path(beside state: String) -> String {
        state[...(state.lastIndex(of: "/") ?? state.startIndex)] + "boot"
    }

    private static func boot(_ root: KernelRoot) throws(LinuxError) -> [UInt8] {
        try WholeFile.read("\(root.proc)/sys/kernel/random/boot_id", longest: 64)
    }
}

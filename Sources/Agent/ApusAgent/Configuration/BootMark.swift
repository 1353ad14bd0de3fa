package import ApusLinux
package import Logging

/// A file in the state directory with the id of the machine's boot, which says that an agent has watched before in that boot.
package enum BootMark {
    /// Leaves the mark of this boot.
    ///
    /// - Parameter state: another file of the folder.
    /// - Returns: whether it was there; false as well where nobody knows, which is logged.
    package static func leave(beside state: String, root: KernelRoot = .live, logger: Logger) -> Bool {
        let path = state[...(state.lastIndex(of: "/") ?? state.startIndex)] + "boot"
        do throws(LinuxError) {
            let boot = try WholeFile.read("\(root.proc)/sys/kernel/random/boot_id", longest: 64)
            if let known = try? WholeFile.read(String(path), longest: 64), known == boot { return true }
            try WholeFile.write(boot, to: String(path), replaces: true)
        } catch {
            logger.warning(
                "whether an agent has watched groups before is not known; what they had used counts once more",
                metadata: ["fault": "\(error)"])
        }
        return false
    }
}

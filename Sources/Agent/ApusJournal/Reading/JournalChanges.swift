import ApusLinux

/// Tells when a journal's files have changed, where the kernel does; it reads none of them.
///
/// libsystemd tells that as well, and opens every file for it.
final class JournalChanges {
    private let open: () throws(LinuxError) -> FolderWatch
    private var watch: FolderWatch?
    /// Why the kernel tells nothing; `nil` while it does.
    private(set) var fault: LinuxError?

    /// - Parameter open: makes a watch, tried again at each look while the kernel gives none.
    init(open: @escaping () throws(LinuxError) -> FolderWatch) { self.open = open }

    /// A descriptor that is readable when something changed; `nil` where the kernel does not tell.
    var descriptor: Int32? { watch?.descriptor }

    /// Watches these folders, or tries to again.
    ///
    /// - Returns: whether one is watched from now on that was not before, so that another look is due.
    func follow(_ folders: [String]) -> Bool {
        guard !folders.isEmpty else { return false }
        do throws(LinuxError) {
            let watch = if let watch { watch } else { try open() }
            let isNew = try watch.watch(folders)
            self.watch = watch
            fault = nil
            return isNew
        } catch {
            // One that sees some of the folders would keep the rest from being looked at.
            watch = nil
            fault = error
            return false
        }
    }

    /// Takes what the kernel has told; whether files came or went.
    func take() -> Bool { watch?.take() ?? false }
}

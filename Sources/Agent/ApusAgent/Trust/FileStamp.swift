import Glibc

/// By what a change of a file is seen, whether it is written anew, replaced, or a link to it leads elsewhere.
struct FileStamp: Hashable, Sendable {
    let path: String
    /// `nil` where there is none that can be seen.
    private let state: State?

    private struct State: Hashable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        /// In nanoseconds since the Unix epoch; the change of the inode too, as a copy can have the time of what it was made of.
        let modified: Int64
        let changed: Int64
    }

    init(_ path: String) {
        self.path = path
        var status = stat()
        guard stat(path, &status) == 0 else {
            state = nil
            return
        }
        func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec) }
        state = State(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
    }

    /// The file as it is now.
    var now: FileStamp { FileStamp(path) }
}

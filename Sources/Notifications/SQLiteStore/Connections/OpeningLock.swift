import Glibc
import NotificationStore

/// Lets one process at a time open databases of a folder.
///
/// Two that open a new database at once are in each other's way where SQLite does not wait: both see the same step of the schema
/// to be made, and both turn the write-ahead log on. The lock is an advisory flock(2) on the folder itself, which leaves no file
/// behind, and which the kernel takes back from a process that dies. (A descriptor on the database's own file would be fatal:
/// closing it drops all of SQLite's locks of this process, fcntl(2).)
enum OpeningLock {
    private static let pause = Duration.milliseconds(5)

    static func hold<Value>(
        folder: String, database path: String, patience: Duration, _ body: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .cannotOpen(
                .sqlite(path: path), reason: "its folder cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { Glibc.close(descriptor) }
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw .cannotOpen(
                    .sqlite(path: path), reason: "its folder cannot be locked: \(String(cString: strerror(errno)))")
            }
            guard ContinuousClock.now < deadline else {
                throw .busy(reason: "another process has been opening \(path) for more than \(patience)")
            }
            usleep(UInt32(pause / .microseconds(1)))
        }
        return try body()
    }
}

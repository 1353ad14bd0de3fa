import ApusLinux
import Glibc
import HostTesting
import Testing

@Suite struct `A lock on a folder` {
    @Test func `is held once, and again after its release`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("apus.lock")
        do {
            let lock = try FolderLock(path: path)
            #expect(throws: FolderLockError.held(path: path, pid: getpid())) { _ = try FolderLock(path: path) }
            _ = consume lock
        }
        _ = try FolderLock(path: path)
    }

    @Test func `that is a link is refused, and what it points to stays`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("precious", to: "target")
        for (name, isSymbolic) in [("apus.lock", true), ("hard.lock", false)] {
            let path = folder.path(name)
            let made = isSymbolic ? symlink(folder.path("target"), path) : link(folder.path("target"), path)
            #expect(made == 0)
            #expect {
                _ = try FolderLock(path: path)
            } throws: { error in
                "\(error)".contains(path) && "\(error)".contains("link")
            }
            #expect(try folder.read("target") == "precious")
            unlink(path)
        }
        _ = try FolderLock(path: folder.path("apus.lock"))
    }

    @Test func `ends with its owner, however it ends`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("apus.lock")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let lock = try FolderLock(path: path)
            kill(getpid(), SIGKILL)
            _ = consume lock
        }
        _ = try FolderLock(path: path)
    }

    @Test func `in a folder that is missing says so`() throws {
        #expect(
            throws: FolderLockError.unusable(
                path: "/nowhere/apus.lock", reason: "/nowhere/apus.lock cannot be opened: No such file or directory")
        ) {
            _ = try FolderLock(path: "/nowhere/apus.lock")
        }
    }
}

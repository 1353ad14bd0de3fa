import ApusLinux
import Glibc
import HostTesting
import Testing

@Suite struct `A file of one's own` {
    private func reason(_ path: String) -> String {
        do throws(OwnFileError) {
            close(try OwnFile.open(path, O_RDWR))
            return ""
        } catch { return error.description }
    }

    @Test func `is made for its user alone, and opened again with what is in it`() throws {
        let folder = try TemporaryFolder()
        #expect(reason(folder.path("new")) == "")
        var status = stat()
        #expect(stat(folder.path("new"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        try folder.write("kept", to: "old")
        #expect(reason(folder.path("old")) == "")
        #expect(try folder.read("old") == "kept")
    }

    @Test func `is no link, no pipe, no folder and no file of another user`() throws {
        let folder = try TemporaryFolder()
        try folder.write("kept", to: "target")
        #expect(symlink(folder.path("target"), folder.path("symbolic")) == 0)
        #expect(symlink(folder.path("absent"), folder.path("dangling")) == 0)
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        try folder.write("", to: "foreign")
        #expect(chown(folder.path("foreign"), 12345, 12345) == 0, "needs root")
        #expect(reason(folder.path("symbolic")).contains("symbolic link"))
        #expect(reason(folder.path("dangling")).contains("symbolic link"))
        #expect(reason(folder.path("pipe")).contains("no regular file"))
        #expect(reason(folder.path("foreign")).contains("12345"))
        #expect(reason(folder.path).contains("cannot be opened"))
        #expect(link(folder.path("target"), folder.path("hard")) == 0)
        #expect(reason(folder.path("hard")).contains("hard link"))
        #expect(try folder.read("target") == "kept")
        #expect(access(folder.path("absent"), F_OK) != 0)
    }

    @Test(
        arguments: [
            (0o755, 0, 0, ""), (0o775, 0, 0, ""), (0o757, 0, 0, "chmod o-w"), (0o1777, 0, 0, "chmod o-w"),
            (0o775, 0, 12345, "chmod g-w"), (0o755, 12345, 0, "chown"),
        ] as [(mode_t, uid_t, gid_t, String)])
    func `lies in a folder that others cannot write to`(mode: mode_t, user: uid_t, group: gid_t, remedy: String) throws {
        let folder = try TemporaryFolder()
        #expect(chown(folder.path, user, group) == 0, "needs root")
        #expect(chmod(folder.path, mode) == 0)
        var reason = ""
        do throws(OwnFolderError) { try OwnFolder.check(folder.path) } catch { reason = error.description }
        #expect(remedy.isEmpty ? reason.isEmpty : reason.contains(remedy) && reason.contains(folder.path))
    }
}

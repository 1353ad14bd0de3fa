import ApusLinux
import CLinux
import Foundation
import Glibc
import HostTesting
import Testing

/// Walks along paths, compared with what the kernel says of the same path.
@Suite struct PathWalkTests {
    private let mounts = LocalMounts()

    /// The file that a path leads to, or the number of errno(3), as realpath(3) has it.
    private func whole(_ path: String) -> Result<String, PathFault> {
        guard let resolved = realpath(path, nil) else { return .failure(.failed(errno)) }
        defer { free(resolved) }
        return .success(String(cString: resolved))
    }

    private func target(_ path: String, _ reach: PathWalk.Reach) -> Result<String, PathFault> {
        do throws(PathFault) { return .success(try PathWalk(path, reach).target) } catch { return .failure(error) }
    }

    private func cached(_ path: String) -> Result<String, PathFault> {
        do throws(PathFault) { return .success(try PathWalk.target(of: path, mounts)) } catch { return .failure(error) }
    }

    private func link(_ folder: TemporaryFolder, _ name: String, to text: String) throws {
        try #require(symlink(text, folder.path(name)) == 0)
    }

    /// Holds a path to what the kernel says, whichever way it is walked along.
    private func check(_ path: String) {
        let wanted = whole(path)
        #expect(target(path, .all) == wanted, "\(path)")
        #expect(target(path, .local(mounts)) == wanted, "\(path)")
        #expect(cached(path) == wanted, "\(path)")
        #expect((try? PathWalk(path, .all).holders) == (try? PathWalk(path, .local(mounts)).holders), "\(path)")
    }

    @Test func `every path leads where the kernel has it lead`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("a/b/c"), withIntermediateDirectories: true)
        try folder.write("1\n", to: "a/b/file")
        try link(folder, "relative", to: "a/b/file")
        try link(folder, "absolute", to: folder.path("a/b/file"))
        try link(folder, "a/up", to: "../a/./b/../b//file")
        try link(folder, "folder", to: "a/b/")
        try link(folder, "notfolder", to: "a/b/file/")
        try link(folder, "dangling", to: "a/none")
        try link(folder, "circle", to: "circle2")
        try link(folder, "circle2", to: "circle")
        try link(folder, "past", to: "../../../../../../../../../../../../etc")
        try link(folder, "combining", to: "\u{301}x/../a/b")
        try FileManager.default.createDirectory(atPath: folder.path("\u{301}x"), withIntermediateDirectories: true)
        let names = [
            "relative", "absolute", "a/up", "folder", "folder/file", "folder/c", "folder/c/..", "folder/c/../file", "notfolder",
            "dangling", "dangling/x", "circle", "circle/x", "past", "combining", "combining/file", "a/b/file/", "a/b/file/.",
            "a/b/file/..", "a/b/file/x", "none", "none/..", "a//b///file", "./a/./b/.", "\u{301}x", "relative/", "folder/",
            "a/" + String(repeating: "x", count: 300),
        ]
        for name in names { check(folder.path(name)) }
        for path in ["/", "//", "/..", "/../..", "/.", "/usr/bin/env", "/bin/sh"] { check(path) }
    }

    @Test func `forty links are followed and no more`() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "link0")
        for number in 1...42 { try link(folder, "link\(number)", to: "link\(number - 1)") }
        for number in [1, 39, 40, 41, 42] { check(folder.path("link\(number)")) }
        #expect(target(folder.path("link40"), .all) == .success(folder.path("link0")))
        #expect(target(folder.path("link41"), .all) == .failure(.failed(ELOOP)))
    }

    @Test func `paths through random trees of links lead where the kernel has them lead`() throws {
        var random = SeededGenerator(seed: 20_261_201)
        for _ in 0..<20 {
            let folder = try TemporaryFolder()
            let folders = ["", "a", "a/b", "a/b/c", "d"]
            for name in folders.dropFirst() {
                try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
            }
            let parts = ["..", ".", "a", "b", "c", "d", "l0", "l1", "l2", "l3", "f", ""]
            func path(_ longest: Int) -> String {
                (1...Int.random(in: 1...longest, using: &random)).map { _ in parts.randomElement(using: &random) ?? "a" }
                    .joined(separator: "/")
            }
            for name in folders {
                for number in 0..<4 {
                    var text = path(4)
                    if Int.random(in: 0..<4, using: &random) == 0 { text = folder.path(text) }
                    try? link(folder, "\(name)/l\(number)", to: text.isEmpty ? "." : text)
                }
                try? folder.write("", to: "\(name)/f")
            }
            for _ in 0..<60 { check(folder.path(path(6))) }
        }
    }

    @Test func `whoever owns a folder or a link on the way holds the path`() throws {
        try #require(getuid() == 0, "giving files to others needs root")
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("a/b"), withIntermediateDirectories: true)
        try folder.write("1\n", to: "a/b/file")
        try link(folder, "link", to: "a/b/file")
        try link(folder, "other", to: "link")
        try #require(lchown(folder.path("link"), 1001, 1001) == 0 && chown(folder.path("a"), 1002, 1002) == 0)
        try #require(chown(folder.path("a/b/file"), 1003, 1003) == 0 && lchown(folder.path("other"), 1004, 1004) == 0)
        // The file itself is not on the way to it.
        #expect(try PathWalk(folder.path("other"), .local(mounts)).holders.owners == [0, 1001, 1002, 1004])
        #expect(try PathWalk(folder.path("a/b/file"), .all).holders.owners == [0, 1002])
        try #require(chmod(folder.path("a/b"), 0o777) == 0)
        #expect(try PathWalk(folder.path("link"), .local(mounts)).holders.isOpenToAll)
        try #require(chmod(folder.path("a/b"), 0o1777) == 0)
        #expect(try !PathWalk(folder.path("link"), .local(mounts)).holders.isOpenToAll)
    }

    @Test func `mounts have their numbers also where statx does not say them`() throws {
        for path in ["/", "/proc", "/dev", "/dev/pts", "/sys", "/usr/bin/env"] {
            let said = try PathWalk(path, .all).status.mount
            apus_hide_mounts(1)
            defer { apus_hide_mounts(0) }
            let walk = try PathWalk(path, .all)
            #expect(walk.status.mount == said && said != 0, "\(path)")
            #expect(target(path, .local(mounts)) == .success(walk.target), "\(path)")
        }
    }

    @Test func `a walk that asks nobody ends at a file system that is not known to be local`() throws {
        // The kernel's own, and not in the list: it stands for any.
        try #require(access("/dev/pts", F_OK) == 0)
        let walk = try PathWalk("/dev/pts", .local(mounts))
        #expect(!mounts.isLocal(walk.status.mount) && mounts.words(of: walk.status.mount) == "/dev/pts (devpts)")
        #expect(throws: PathFault.unasked(mount: walk.status.mount)) { try PathWalk("/dev/pts/0", .local(mounts)) }
        #expect(throws: PathFault.unasked(mount: walk.status.mount)) { try PathWalk("/dev/pts/..", .local(mounts)) }
        #expect(target("/dev/pts/../null", .all) == .success("/dev/null"))
    }
}

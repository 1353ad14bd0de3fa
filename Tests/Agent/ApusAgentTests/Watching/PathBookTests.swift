import ApusAgent
import Foundation
import Glibc
import HostTesting
import Testing

/// How file systems are asked that may not answer, by a process that asks them badly.
@Suite struct PathBookTests {
    /// A process that answers of every path that its file holds no number, but ends at some and says nothing of others.
    private static let child =
        "#!/usr/bin/env python3\nimport os, struct, sys, time\n" + #"""
            def read(count):
                data = b""
                while len(data) < count:
                    piece = os.read(0, count - len(data))
                    if not piece:
                        sys.exit(0)
                    data += piece
                return data

            def text(data):
                return struct.pack(">I", len(data)) + data

            while True:
                path = read(struct.unpack(">I", read(4))[0]).decode()
                with open(__file__ + ".log", "a") as log:
                    log.write(path[path.index("/"):] + "\n")
                if "ends" in path:
                    sys.exit(1)
                if "rubbish" in path:
                    os.write(1, text(b"no answer"))
                elif "hangs" in path:
                    time.sleep(60)
                else:
                    os.write(1, text(text(b"noNumber")))
            """#

    private let folder: TemporaryFolder
    private let program: String
    private let log = RecordedLog()

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Self.child, to: "child")
        program = folder.path("child")
        try #require(chmod(program, 0o755) == 0)
    }

    /// A file with a group for each pid file, of which none is there.
    private func file(_ paths: [String]) throws -> WatchFile {
        let groups = paths.enumerated().map { "- {service: s\($0.offset), match: {pid_file: \($0.element)}}\n" }
        let text = "groups:\n" + groups.joined()
        return try WatchFile.parse(
            Array(text.utf8), path: "w.yaml", paths: PathBook(program: program, logger: log.logger))
    }

    /// Paths on a mount of the kernel's own that is not in the list of local ones: it stands for any.
    private func paths(_ names: [String]) -> [String] { names.map { "/dev/pts/\($0)" } }

    @Test(arguments: ["ends", "rubbish"])
    func `a path that whoever asks cannot be asked for holds up no other`(fault: String) throws {
        var file = try file(paths([fault] + (0..<12).map { "good\($0)" }))
        file.settle()
        let left = file.silentPaths(of: "w.yaml")
        #expect(left.count == 1 && left.first?.contains("/dev/pts/\(fault)") ?? false, "\(left)")
        file.settle()
        let message =
            "file systems that may not answer cannot be asked for pid files and programs: groups go on with what was known"
        #expect(log.lines(message).count == 1, "it is said once while it lasts")
    }

    @Test func `after a few faults in a row the others wait for the next turn`() throws {
        var file = try file(paths((0..<12).map { "ends\($0)" }))
        file.settle()
        let asked = try String(contentsOfFile: program + ".log", encoding: .utf8).split(separator: "\n")
        #expect(asked.count == 3, "\(asked)")
    }

    @Test func `a mount that was silent is asked after the others`() throws {
        // Another mount of the kernel's own that is in no list of local ones: of control groups, of which every host has one.
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).split(separator: "\n")
        let mount = try #require(mounts.first { $0.contains(" - cgroup") }?.split(separator: " ")[4])
        let others = (0..<8).map { "\(mount)/good\($0)" }
        var file = try file(paths(["hangs"]) + others)
        file.settle()
        try folder.write("", to: "child.log")
        file.settle()
        let asked = try String(contentsOfFile: program + ".log", encoding: .utf8).split(separator: "\n").map { String($0) }
        #expect(asked.last == "/dev/pts/hangs" && Set(asked.dropLast()) == Set(others), "\(asked)")
    }
}

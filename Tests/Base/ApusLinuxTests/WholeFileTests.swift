import ApusLinux
import Foundation
import Glibc
import HostTesting
import Testing

@Suite struct WholeFileTests {
    @Test func `a file is read to its end, and one that is longer than it may be is refused`() throws {
        let folder = try TemporaryFolder()
        let bytes = [UInt8](repeating: 7, count: 200_000)
        try Data(bytes).write(to: URL(filePath: folder.path("file")))
        #expect(try WholeFile.read(folder.path("file"), longest: 200_000) == bytes)
        #expect(throws: LinuxError.read(path: folder.path("file"), code: EFBIG)) {
            try WholeFile.read(folder.path("file"), longest: 199_999)
        }
    }

    @Test func `what the kernel makes as it is read is a file for who asks for it alone`() throws {
        let path = "/proc/sys/kernel/random/boot_id"
        #expect(try WholeFile.read(path, longest: 64).count == 37)
        #expect(throws: LinuxError.notRegular(path: path)) { try WholeFile.read(path, longest: 64, isStored: true) }
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: path)
        #expect(throws: LinuxError.notRegular(path: folder.path("link"))) {
            try WholeFile.read(folder.path("link"), longest: 64, isStored: true)
        }
    }

    @Test func `a draft that a killed process of the same number has left is in nobody's way`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        try folder.write("half", to: "file.new-\(getpid())")
        try WholeFile.write([1, 2, 3], to: path, replaces: false)
        #expect(try WholeFile.read(path, longest: 3) == [1, 2, 3])
        #expect(throws: LinuxError.open(path: path, code: EEXIST)) { try WholeFile.write([4], to: path, replaces: false) }
    }

    @Test func `what is no file has an error, and nothing waits`() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        for path in [folder.path("pipe"), "/dev/null", "/dev/zero"] {
            let error = #expect(throws: LinuxError.notRegular(path: path)) { try WholeFile.read(path, longest: 10) }
            #expect(
                error?.description == "\(path): cannot be read: it is a pipe, a socket or a device: give the path of a file")
        }
        #expect(throws: LinuxError.read(path: folder.path, code: EISDIR)) { try WholeFile.read(folder.path, longest: 10) }
        #expect(throws: LinuxError.open(path: folder.path("none"), code: ENOENT)) {
            try WholeFile.read(folder.path("none"), longest: 10)
        }
    }
}

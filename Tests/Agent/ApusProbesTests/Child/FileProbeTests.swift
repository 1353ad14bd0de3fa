import AgentMetrics
import ApusLimits
import ApusProbes
import Foundation
import Glibc
import HostTesting
import Testing

@Suite struct FileProbeTests {
    private func touch(_ path: String, at seconds: Int) {
        let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        utimensat(AT_FDCWD, path, times, 0)
    }

    @Test func `the newest of the files that a pattern names is told of`() async throws {
        let folder = try TemporaryFolder()
        for (name, text, time) in [
            ("one.dump", "12345", 1000), ("two.dump", "123", 3000), ("three.sql", "1", 9000), (".x.dump", "1", 9000),
        ] {
            try folder.write(text, to: name)
            touch(folder.path(name), at: time)
        }
        try FileManager.default.createDirectory(atPath: folder.path("folder.dump"), withIntermediateDirectories: true)
        mkfifo(folder.path("pipe.dump"), 0o600)
        symlink("/dev/zero", folder.path("device.dump"))
        symlink("/nonexistent", folder.path("lost.dump"))
        let figures = try #require(try await AskedChild.file(folder.path("*.dump")).ask().file)
        #expect(figures.count == 2)
        #expect(figures.modified == 3000)
        #expect(figures.size == 3)
        #expect(figures.oldest == 1000 && figures.oldestAge(at: 3010) == 2010 && figures.oldestAge(at: 500) == 0)
        #expect(figures.age(at: 3010) == 10)
        #expect(figures.age(at: 2000) == 0, "a file from the future is not younger than now")
    }

    @Test(arguments: [
        ("none.dump", "there is no file"), ("*.dump", "there is no file"), ("pipe", "there is no file"),
        ("nowhere/*", "there is no folder"), ("pipe/x*", "there is no folder"),
    ])
    func `a file that is not there is down, and what lies in its place is not touched`(name: String, text: String) async throws
    {
        let folder = try TemporaryFolder()
        mkfifo(folder.path("pipe"), 0o600)
        let failure = try #require(try await AskedChild.file(folder.path(name)).ask().failure)
        #expect(failure.reason == .file)
        #expect(failure.text.hasPrefix(text))
    }

    @Test func `a file that comes is there at the next attempt`() async throws {
        let folder = try TemporaryFolder()
        let child = try AskedChild.file(folder.path("a[0-9]?"))
        #expect(try await child.ask().failure?.reason == .file)
        try folder.write("", to: "a1b")
        #expect(try await child.ask().file?.size == 0)
    }

    @Test func `a folder of too many entries is refused`() async throws {
        let folder = try TemporaryFolder()
        for number in 0...ChildLimits.entries.value { close(open(folder.path("\(number)"), O_CREAT | O_WRONLY, 0o600)) }
        #expect(try await AskedChild.file(folder.path("1*")).ask().failure?.reason == .limit)
    }
}

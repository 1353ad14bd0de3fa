import ApusJournal
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Testing

/// Journals of many files, and kernels that tell of none.
@Suite(.timeLimit(.minutes(2))) struct JournalManyFilesTests {
    private func export(_ numbers: ClosedRange<UInt64>) -> JournalExport {
        var export = JournalExport()
        for number in numbers { export.add(number, [("PRIORITY", "6"), ("MESSAGE", "entry \(number)")]) }
        return export
    }

    /// Makes copies of a journal file that are files of their own.
    private func copy(_ name: String, times: Int, in folder: JournalFolder) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
        // Without what is zero, so that eight megabytes take no room.
        let zero = Data(count: 1 << 14)
        let pieces = stride(from: 0, to: bytes.count, by: zero.count).map {
            ($0, bytes[$0..<min($0 + zero.count, bytes.count)])
        }
        .filter { $0.1 != zero[..<$0.1.count] }
        for number in 1...times {
            let path = folder.file("user-\(number)")
            FileManager.default.createFile(atPath: path, contents: nil)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.truncate(atOffset: UInt64(bytes.count))
            for (offset, piece) in pieces {
                try file.seek(toOffset: UInt64(offset))
                try file.write(contentsOf: piece)
            }
            // The file's number.
            try file.seek(toOffset: 24)
            try file.write(contentsOf: withUnsafeBytes(of: UInt64(number).bigEndian) { Data($0) })
            try file.close()
        }
    }

    @Test func `a journal of more files than the agent has descriptors is counted, and leaves scrapes and reports theirs`()
        throws
    {
        let folder = try JournalFolder()
        let state = try TemporaryFolder()
        try folder.write("one", export(1...5))
        try copy("one", times: 200, in: folder)
        let agent = Process()
        agent.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
        agent.arguments = [
            "--nofile=128:128", BuiltProgram.path("apus-agent"), "--listen", "127.0.0.1:0", "--socket",
            state.path("agent.sock"), "--log", "stderr", "--journal", "all", "--journal-directory", folder.path,
            "--journal-from-start", "--state-directory", state.path,
        ]
        try state.write("", to: "log")
        agent.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: state.path("log")))
        try agent.run()
        defer {
            kill(agent.processIdentifier, SIGKILL)
            agent.waitUntilExit()
        }
        var port: Substring?
        #expect(
            try comesTrue(within: .seconds(30)) {
                port = try state.read("log").firstMatch(of: /127\.0\.0\.1:(\d+)\/metrics/)?.1
                return port != nil
            })
        let address = "http://127.0.0.1:\(try #require(port))"
        func metrics() throws -> String {
            try Command.run("curl", ["--silent", "--max-time", "5", "\(address)/metrics"]).output
        }
        #expect(
            try comesTrue(within: .seconds(30)) {
                try metrics().contains(#"journal_messages_total{priority="info"} 1005"# + "\n")
            })
        let text = try metrics()
        #expect(text.contains("apus_journal_up 1\n") && text.contains(#"apus_journal_files{state="read"} 201"# + "\n"))
        #expect(text.contains(#"apus_journal_files{state="damaged"} 0"# + "\n"))
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.processIdentifier)/fd").count
        #expect(descriptors < 64)
        #expect(try Command.run("curl", ["--silent", "--max-time", "2", "\(address)/health/live"]).output.contains("live"))
    }

    @Test func `where the kernel tells of no files, new ones are found all the same on a journal that never rests`() throws {
        let folder = try JournalFolder()
        var configuration = folder.configuration()
        configuration.unwatchedLook = .milliseconds(50)
        try folder.write("one", export(1...500))
        let notices = Notices()
        let refused: () throws(LinuxError) -> FolderWatch = { () throws(LinuxError) in
            throw .open(path: "inotify", code: EMFILE)
        }
        let counter = JournalCounter(configuration, openWatch: refused) { notices.add($0) }
        try counter.open()
        #expect(counter.descriptor == nil && counter.hasFiles)
        try folder.write("two", export(501...600))
        let end = ContinuousClock.now + .seconds(10)
        // One entry at a time, so that there is always another.
        while counter.state.counts.total < 600, .now < end {
            if try counter.countBatch(limit: 1) == 0 { usleep(1000) }
        }
        #expect(counter.state.counts.total == 600)
        #expect(notices.all == [.notWatched(.open(path: "inotify", code: EMFILE))])
        #expect(notices.all.first?.description.contains("fs.inotify.max_user_instances") == true)
    }

    @Test func `a file that is looked at while somebody copies it is counted once it is whole`() throws {
        let folder = try JournalFolder()
        let elsewhere = try JournalFolder()
        try folder.write("one", export(1...10))
        try elsewhere.write("two", export(11...30))
        let whole = try Data(contentsOf: URL(fileURLWithPath: elsewhere.file("two")))
        let counter = JournalCounter(folder.configuration()) { _ in }
        try counter.open()
        FileManager.default.createFile(atPath: folder.file("two"), contents: nil)
        let copy = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("two")))
        try copy.write(contentsOf: whole.prefix(5000))
        while try counter.countBatch() > 0 {}
        #expect(counter.state.counts.total == 10 && counter.figures.damaged == 1)
        try copy.write(contentsOf: whole.dropFirst(5000))
        try copy.close()
        while try counter.countBatch() > 0 {}
        #expect(counter.state.counts.total == 30 && counter.figures.damaged == 0)
    }

    @Test func `a file that comes is found at once, and so is one in a folder that comes`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1...10))
        let counter = JournalCounter(folder.configuration()) { Issue.record("\($0)") }
        try counter.open()
        while try counter.countBatch() > 0 {}
        try folder.write("two", export(11...20))
        while try counter.countBatch() > 0 {}
        #expect(counter.state.counts.total == 20)
        try FileManager.default.createDirectory(atPath: "\(folder.path)/part", withIntermediateDirectories: true)
        #expect(try counter.countBatch() == 0)
        let remote = try JournalRemote("\(folder.path)/part/three.journal")
        try remote.write(export(21...30))
        try remote.finish()
        while try counter.countBatch() > 0 {}
        #expect(counter.state.counts.total == 30)
    }
}

import ApusAgent
import ApusLinux
import Foundation
import HostTesting
import Logging
import Synchronization
import Testing

/// Groups of real processes against what the kernel says of them in another way.
@Suite(.timeLimit(.minutes(1))) struct LiveGroupsTests {
    /// A Python program that says when it is done, and what it and the children that it waited for have used, and waits for its end.
    private static func program(_ work: String) -> String {
        "import os, resource, sys, time\n"
            + """
            def burn(seconds):
                end = time.process_time() + seconds
                while time.process_time() < end: pass
            \(work)
            used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
            print(sum(one.ru_utime for one in used), sum(one.ru_stime for one in used), flush=True)
            sys.stdin.read()
            """
    }

    /// Runs a program, looks at it all the time until it is done, and then once more.
    private func watch(_ work: String) throws -> (reading: GroupReading, seconds: Double) {
        let mark = "apus-\(UUID().uuidString)"
        let groups = ProcessGroups(
            try WatchFile.parse(
                Array("groups: [{ service: burner, match: { command: '\(mark)' } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            at: AgentClock.system.now())
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/python3")
        program.arguments = ["-c", Self.program(work), mark]
        let (input, output) = (Pipe(), Pipe())
        program.standardInput = input
        program.standardOutput = output
        try program.run()
        defer {
            try? input.fileHandleForWriting.close()
            program.waitUntilExit()
        }
        let done = Mutex(false)
        let text = Mutex("")
        let reader = Thread {
            var line = Data()
            while !line.contains(UInt8(ascii: "\n")), case let some = output.fileHandleForReading.availableData, !some.isEmpty {
                line += some
            }
            text.withLock { $0 = String(decoding: line, as: UTF8.self) }
            done.withLock { $0 = true }
        }
        reader.start()
        while !done.withLock({ $0 }) {
            _ = groups.look(at: AgentClock.system.now())
            usleep(70_000)
        }
        usleep(60_000)
        let served = try #require(groups.look(at: AgentClock.system.now()).first)
        let seconds = text.withLock { $0 }.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        try #require(seconds.count == 2)
        return (served.reading, seconds[0] + seconds[1])
    }

    private func check(_ work: String, within part: Double, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> GroupReading
    {
        let (reading, seconds) = try watch(work)
        let counted = Double(reading.account.used.userTicks + reading.account.used.systemTicks) / KernelRoot.live.ticksPerSecond
        #expect(abs(counted - seconds) <= part * seconds + 0.03, "\(counted) of \(seconds) s", sourceLocation: sourceLocation)
        return reading
    }

    @Test func `children that live for less than a look are in the group's CPU time`() throws {
        let reading = try check(
            """
            for _ in range(30):
                child = os.fork()
                if child == 0:
                    burn(0.04)
                    os._exit(0)
                os.waitpid(child, 0)
            """, within: 0.02)
        #expect(reading.processes == 1)
    }

    @Test func `children and grandchildren that are seen to live count once`() throws {
        let reading = try check(
            """
            children = []
            for _ in range(3):
                child = os.fork()
                if child == 0:
                    grandchild = os.fork()
                    if grandchild == 0:
                        burn(0.3)
                        os._exit(0)
                    burn(0.1)
                    os.waitpid(grandchild, 0)
                    os._exit(0)
                children.append(child)
            for child in children: os.waitpid(child, 0)
            """, within: 0.02)
        #expect(reading.account.started >= 4 && reading.account.ended == reading.account.started - 1)
    }

    @Test func `what threads use counts when the first one has ended`() throws {
        let (reading, _) = try watch(
            """
            thread = __import__("threading").Thread(target=burn, args=(0.2,))
            thread.start()
            thread.join()
            hoard = bytearray(64 << 20)
            for place in range(0, len(hoard), 4096): hoard[place] = 1
            """)
        #expect(reading.account.used.userTicks + reading.account.used.systemTicks >= 18)
        #expect(reading.residentBytes > 64 << 20 && reading.residentBytes < 128 << 20)
        #expect(reading.processes == 1 && reading.openFiles.map { $0 >= 3 } == true && reading.filesRatio != nil)
    }
}

import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Logging
import Synchronization
import Testing

/// Groups of real processes against what the kernel says of them in another way.
@Suite(.timeLimit(.minutes(3))) struct LiveGroupsTests {
    /// A Python program that says when it is done, and what it and the children that it waited for have used, and waits for its end.
    private static func program(_ work: String) -> String {
        "import os, resource, sys, time\n"
            + """
            def burn(seconds):
                end = time.process_time() + seconds
                while time.process_time() < end: pass
            \(work)
            used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
            print(sum(one.ru_utime for one in used), sum(one.ru_stime for one in used), sum(one.ru_minflt for one in used), flush=True)
            sys.stdin.read()
            """
    }

    /// The descriptors that processes may take twice: of all of them five each, and of most one, as others need theirs.
    private static let descriptors = [nil, 14]

    /// Runs a program, looks at it all the time until it is done, and then once more.
    private func watch(
        _ work: String, descriptors: Int? = nil, atEnd: (Int32) throws -> Void = { _ in }
    ) throws -> (reading: GroupReading, seconds: Double, faults: Double) {
        let mark = "apus-\(UUID().uuidString)"
        let groups = ProcessGroups(
            try WatchFile.parse(
                Array("groups: [{ service: burner, match: { command: '\(mark)' } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300),
            proportionalBudget: ProportionalBudget(
                .seconds(1), each: .seconds(15), work: AgentWork(at: AgentClock.system.now())),
            descriptors: descriptors,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
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
        groups.tick(at: AgentClock.system.now())
        let served = try #require(groups.look(at: AgentClock.system.now()).first)
        try atEnd(program.processIdentifier)
        let seconds = text.withLock { $0 }.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        try #require(seconds.count == 3)
        return (served.reading, seconds[0] + seconds[1], seconds[2])
    }

    private func check(
        _ work: String, within part: Double, descriptors: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> GroupReading {
        let (reading, seconds, faults) = try watch(work, descriptors: descriptors)
        let counted = Double(reading.account.used.userTicks + reading.account.used.systemTicks) / KernelRoot.live.ticksPerSecond
        #expect(abs(counted - seconds) <= part * seconds + 0.03, "\(counted) of \(seconds) s", sourceLocation: sourceLocation)
        // It has some more when it says so.
        let found = Double(reading.account.used.minorFaults)
        #expect(
            found >= faults && found <= 1.01 * faults + 100, "\(found) of \(faults) page faults", sourceLocation: sourceLocation
        )
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

    @Test func `a thousand children a second are in the group's CPU time, and leave nobody behind`() throws {
        let reading = try check(
            """
            start = time.monotonic()
            for number in range(2000):
                child = os.fork()
                if child == 0: os._exit(0)
                os.waitpid(child, 0)
                time.sleep(max(0, start + number / 1000 - time.monotonic()))
            """, within: 0.02)
        #expect(reading.processes == 1)
        #expect(reading.account.started == reading.account.ended + 1)
    }

    @Test(arguments: descriptors)
    func `children and grandchildren that are seen to live count once`(descriptors: Int?) throws {
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
            """, within: 0.02, descriptors: descriptors)
        #expect(reading.account.started >= 4 && reading.account.ended == reading.account.started - 1)
    }

    @Test(arguments: descriptors)
    func `memory is what the kernel says of every page at that moment`(descriptors: Int?) throws {
        var said: [String: Int] = [:]
        let (reading, _, _) = try watch(
            """
            hoard = bytearray(64 << 20)
            for place in range(0, len(hoard), 4096): hoard[place] = 1
            if os.fork() == 0:
                sys.stdin.read()
                os._exit(0)
            """, descriptors: descriptors
        ) { parent in
            let children = try String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
            for pid in [Int(parent)] + children.split(separator: " ").compactMap({ Int($0) }) {
                let text = try String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)
                for line in text.split(separator: "\n") {
                    let fields = line.split(whereSeparator: \.isWhitespace)
                    if fields.count == 3 { said[String(fields[0]), default: 0] += Int(fields[1]) ?? 0 }
                }
            }
        }
        for (found, name) in [
            (Double(reading.residentBytes), "Rss:"), (reading.anonymousBytes.map { Double($0) } ?? 0, "Anonymous:"),
            (reading.proportionalBytes ?? 0, "Pss:"),
        ] {
            let expected = Double(said[name] ?? 0) * 1024
            #expect(abs(found - expected) <= 0.01 * expected, "\(name) \(found) of \(expected)")
        }
        // What both have counts in each by half.
        #expect(reading.processes == 2 && reading.proportionalBytes ?? 0 < 0.7 * Double(reading.residentBytes))
    }

    @Test func `a zombie is one, and a program that takes the place of another is what it has become`() throws {
        let reading = try watch(
            """
            if os.fork() == 0: os._exit(0)
            time.sleep(0.2)
            """
        ).reading
        #expect(reading.processes == 2 && reading.count(of: .zombie) == 1)
        let folder = try TemporaryFolder()
        let program = folder.path("apus-became")
        try FileManager.default.copyItem(atPath: "/usr/bin/sleep", toPath: program)
        let groups = ProcessGroups(
            try WatchFile.parse(
                Array("groups: [{ service: became, match: { executable: '\(program)' } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            at: AgentClock.system.now())
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "read go; exec \(program) 30"]
        let input = Pipe()
        shell.standardInput = input
        try shell.run()
        defer {
            kill(shell.processIdentifier, SIGKILL)
            shell.waitUntilExit()
        }
        groups.tick(at: AgentClock.system.now())
        #expect(groups.look(at: AgentClock.system.now()).map(\.reading.processes) == [0])
        input.fileHandleForWriting.write(Data("go\n".utf8))
        let isFound = comesTrue(within: .seconds(10)) {
            groups.tick(at: AgentClock.system.now())
            return groups.look(at: AgentClock.system.now()).map(\.reading.processes) == [1]
        }
        #expect(isFound)
    }

    @Test func `what threads use counts when the first one has ended`() throws {
        let (reading, _, _) = try watch(
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

    @Test func `resident memory is what the kernel finds page by page, as far as it has added up its counts`() throws {
        let work = "blocks = [bytearray(4096 * n) for n in range(1, 40)]"
        var (counted, rollup): (UInt64?, UInt64?)
        let (reading, _, _) = try watch(work) { pid in
            // It waits for its input: nothing of it changes.
            let statm = try String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8).split(separator: " ")
            counted = UInt64(statm[1]).map { $0 * UInt64(getpagesize()) }
            rollup = try String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8).split(separator: "\n")
                .first { $0.hasPrefix("Rss:") }.flatMap { UInt64($0.split(separator: " ")[1]) }.map { $0 << 10 }
        }
        #expect(reading.residentBytes == counted)
        let whole = try #require(rollup)
        // Kernels that add up nothing for statm leave out this much at most, of memory of three kinds.
        let processors = UInt64(ProcessInfo.processInfo.processorCount)
        let bound = counted == whole ? whole / 100 : 3 * processors * max(32, 2 * processors) * UInt64(getpagesize())
        #expect(max(whole, reading.residentBytes) - min(whole, reading.residentBytes) <= bound)
    }
}

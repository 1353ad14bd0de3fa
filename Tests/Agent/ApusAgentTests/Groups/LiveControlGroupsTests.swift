import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

/// Groups that are control groups of the kernel, against what its files say; one after the other, as they burn the processors that each
/// measures.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LiveControlGroupsTests {
    private let control: TestControlGroup

    init() throws { control = try TestControlGroup() }

    private func groups(_ match: String? = nil) throws -> ProcessGroups {
        ProcessGroups(
            try WatchFile.parse(
                Array("groups: [{ service: burner, match: { cgroup: '\(match ?? control.path)' } }]".utf8), path: "watch.yaml"),
            retention: .seconds(300), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            at: AgentClock.system.now())
    }

    /// A Python program in the control group, which says when its work is done and waits for its end.
    private func run(
        _ work: String, in control: TestControlGroup? = nil, where isEntered: (String) -> Bool = { _ in true },
        _ body: () throws -> Void
    ) throws {
        let entrances = (control ?? self.control).entrances.filter(isEntered)
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/python3")
        program.arguments =
            [
                "-c",
                "import os, signal, sys, time\n"
                    + """
                    for path in sys.argv[1:]:
                        with open(path, "w") as file: file.write("0")
                    def burn(seconds):
                        end = time.process_time() + seconds
                        while time.process_time() < end: pass
                    \(work)
                    print("done", flush=True)
                    sys.stdin.read()
                    """,
            ] + entrances
        let (input, output) = (Pipe(), Pipe())
        program.standardInput = input
        program.standardOutput = output
        try program.run()
        defer {
            try? input.fileHandleForWriting.close()
            program.waitUntilExit()
        }
        #expect(output.fileHandleForReading.availableData.starts(with: Data("done".utf8)))
        try body()
    }

    private func look(_ groups: ProcessGroups) throws -> GroupReading {
        usleep(60_000)
        return try #require(groups.look(at: AgentClock.system.now()).first).reading
    }

    private func seconds(_ reading: GroupReading) -> Double {
        let (user, system) = reading.cpuSeconds(.live)
        return user + system
    }

    /// What the kernel says of the control group by its own total.
    private var kernelSeconds: Double {
        control.number("cpu.stat", "usage_usec").map { Double($0) / 1e6 }
            ?? control.number("cpuacct.usage").map { Double($0) / 1e9 } ?? 0
    }

    @Test func `children of 40 ms that nobody waits for, and whose parents have ended, are in the group's CPU time`() throws {
        let groups = try groups()
        _ = try look(groups)
        try run(
            """
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            ends, beginnings = os.pipe()
            for _ in range(50):
                child = os.fork()
                if child == 0:
                    if os.fork() == 0: burn(0.04)
                    os._exit(0)
                time.sleep(0.01)
            os.close(beginnings)
            # All have ended when nobody has the other end.
            os.read(ends, 1)
            time.sleep(0.1)
            """
        ) {
            let reading = try look(groups)
            #expect(kernelSeconds > 1.9)
            #expect(abs(seconds(reading) - kernelSeconds) <= 0.02 * kernelSeconds, "\(seconds(reading)) of \(kernelSeconds) s")
        }
    }

    @Test func `a control group that is removed keeps its sum, and one made anew under its name adds to it`() throws {
        let groups = try groups()
        try run("burn(0.3)") {
            let first = try seconds(look(groups))
            #expect(first >= 0.29)
        }
        let last = try seconds(look(groups))
        #expect(comesTrue(within: .seconds(5)) { control.remove() })
        let removed = try look(groups)
        #expect(removed.controlGroups?.number == 0)
        #expect(seconds(removed) == last)
        try control.make()
        let made = try seconds(look(groups))
        #expect(made == last)
        try run("burn(0.2)") {
            let sum = try seconds(look(groups))
            #expect(abs(sum - last - kernelSeconds) <= 0.02 * sum + 0.02, "\(sum) after \(last) s")
        }
    }

    /// Beside hierarchies of version 1, where each controller has a folder of its own; elsewhere there is one.
    @Test func `a controller whose folder goes and comes leaves alone what others count, and is read again`() throws {
        func isOfTime(_ folder: String) -> Bool {
            ["cpu.stat", "cpuacct.usage"].contains { access("\(folder)/\($0)", F_OK) == 0 }
        }
        let others = control.folders.filter { !isOfTime($0) }
        // Made before that of CPU time, as runtimes do it.
        control.remove()
        for folder in others { try #require(mkdir(folder, 0o755) == 0) }
        let groups = try groups()
        _ = try look(groups)
        try control.make()
        groups.tick(at: AgentClock.system.now())
        try run("burn(1)", where: { isOfTime($0.replacing("/cgroup.procs", with: "")) }) {
            let before = try look(groups)
            #expect(seconds(before) >= 0.95)
            for folder in others {
                for make in [false, true] {
                    #expect((make ? mkdir(folder, 0o755) : rmdir(folder)) == 0)
                    groups.tick(at: AgentClock.system.now())
                    let sum = try seconds(look(groups))
                    #expect(abs(sum - kernelSeconds) <= 0.1, "\(folder): \(sum) of \(kernelSeconds) s")
                }
            }
            let after = try look(groups)
            for gauge in ControlGroupGauge.allCases {
                #expect((after.controlGroups?.gauges[gauge] == nil) == (before.controlGroups?.gauges[gauge] == nil), "\(gauge)")
            }
        }
    }

    @Test func `what one holds is what the kernel's files say`() throws {
        let groups = try groups()
        try run("hoard = bytearray(64 << 20)\nfor place in range(0, len(hoard), 4096): hoard[place] = 1") {
            let sum = try #require(try look(groups).controlGroups)
            #expect(sum.number == 1)
            for (gauge, names, least) in [
                (ControlGroupGauge.memory, ["memory.current", "memory.usage_in_bytes"], 64 << 20),
                (.memoryPeak, ["memory.peak", "memory.max_usage_in_bytes"], 64 << 20), (.tasks, ["pids.current"], 1),
            ] {
                // Which controllers there are is the machine's.
                guard let said = names.compactMap({ control.number($0) }).first else { continue }
                let found = try #require(sum.gauges[gauge])
                #expect(abs(Double(found) - Double(said)) <= 0.01 * Double(said), "\(names): \(found) of \(said)")
                #expect(found >= least)
            }
            if let said = control.number("memory.stat", "anon") ?? control.number("memory.stat", "total_rss") {
                #expect(abs(Double(sum.gauges[.anonymous] ?? 0) - Double(said)) <= 0.01 * Double(said))
            }
        }
    }

    @Test func `a file in tmpfs cannot be dropped, and one on a disk can`() throws {
        let groups = try groups()
        let shared = "/dev/shm/apus-test-\(UUID().uuidString)"
        let folder = try TemporaryFolder()
        defer { unlink(shared) }
        try run(
            """
            for path in ("\(shared)", "\(folder.path("cached"))"):
                with open(path, "wb") as file:
                    file.write(bytes(48 << 20))
                    file.flush()
                    os.fsync(file.fileno())
            """
        ) {
            let sum = try #require(try look(groups).controlGroups)
            guard let said = control.number("memory.stat", "shmem") ?? control.number("memory.stat", "total_shmem") else {
                return
            }
            #expect(said >= 48 << 20)
            #expect(abs(Double(sum.gauges[.sharedMemory] ?? 0) - Double(said)) <= 0.01 * Double(said))
            let (memory, left) = (try #require(sum.gauges[.memory]), try #require(sum.gauges[.unreclaimable]))
            #expect(left >= 48 << 20)
            // The folder may be in tmpfs itself.
            if said < 90 << 20 { #expect(left <= memory - (40 << 20), "\(left) of \(memory)") }
        }
    }

    @Test func `a control group in one counts once, and is walked to`() throws {
        let inner = try TestControlGroup("inner", below: control)
        let all = try groups("\(control.path)/**")
        let whole = try groups("\(control.path)*")
        try run("burn(0.2)", in: inner) {
            for groups in [all, whole] {
                let reading = try look(groups)
                #expect(reading.controlGroups?.number == 1)
                #expect(abs(seconds(reading) - kernelSeconds) <= 0.02 * kernelSeconds)
            }
        }
    }

    @Test func `looking keeps no descriptors of what has gone`() throws {
        let groups = try groups("/apus-test-\(getpid())-*")
        // What else is open in this process is other tests', and closes when it likes.
        func open() -> Int {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
            return files.count {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.contains(
                    "/apus-test-\(getpid())-")
                    ?? false
            }
        }
        _ = try look(groups)
        let before = open()
        #expect(before > 0)
        for _ in 0..<5 {
            let passing = try TestControlGroup()
            let number = try look(groups).controlGroups?.number ?? 0
            #expect(number >= 2)
            #expect(open() > before)
            #expect(passing.remove())
            _ = try look(groups)
            #expect(open() == before)
        }
    }
}

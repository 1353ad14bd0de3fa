import ApusLinux
import CLinux
import Foundation
import Glibc
import HostTesting
import Testing

@Suite struct WatchedProcessTests {
    private func spawn(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        return process
    }

    @Test func `a live process is sampled as the kernel's own status has it`() throws {
        let source = try WatchedProcess(pid: getpid())
        let sample = try source.sample(at: 0)
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        func kilobytes(_ key: String) throws -> Double {
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(key + ":") })
            return try #require(
                Double(line.split(separator: "\t")[1].split(separator: " ")[0].trimmingCharacters(in: .whitespaces)))
        }
        // Another test may allocate between the two readings.
        let resident = try kilobytes("VmRSS") * 1024
        #expect(abs(Double(sample.residentBytes) - resident) < resident * 0.3)
        #expect(abs(Double(sample.virtualBytes) - (try kilobytes("VmSize")) * 1024) < 1e9)
        #expect(sample.threads >= 1)
        #expect(try ProcessDescriptors.count(of: source).number >= 3)
        let limits = try ProcFile("\(source.folder)/limits").read { ProcessDescriptors.softLimit($0) }
        #expect(limits >= 256)
    }

    @Test func `descriptors are counted one by one up to a limit where the kernel gives no number`() throws {
        let folder = try TemporaryFolder()
        try folder.write("4711 (x) S 1 4711 4711 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 100 1000 10 0", to: "proc/4711/stat")
        for descriptor in 0..<50 { try folder.write("", to: "proc/4711/fd/\(descriptor)") }
        let process = try WatchedProcess(pid: 4711, root: KernelRoot(folder.path, ticksPerSecond: 100, pageSize: 4096))
        let all = try ProcessDescriptors.count(of: process)
        #expect(all.number == 50 && all.isCounted)
        #expect(try ProcessDescriptors.count(of: process, countingAtMost: 20).number == 20)
    }

    @Test func `CPU time rises by what is burnt`() throws {
        let source = try WatchedProcess(pid: getpid())
        let before = try source.sample(at: 0)
        let start = clock()
        var sum = 0
        while Double(clock() - start) / Double(CLOCKS_PER_SEC) < 0.2 { sum &+= 1 }
        let after = try source.sample(at: 0)
        #expect(sum > 0)
        // Steps of a tick: 10 ms.
        #expect(after.cpuSeconds - before.cpuSeconds >= 0.17)
    }

    @Test func `the start time is the moment of the start`() throws {
        let process = try spawn(["sleep", "30"])
        defer { process.terminate() }
        let source = try WatchedProcess(pid: process.processIdentifier)
        #expect(abs(try #require(source.startTime) - Date().timeIntervalSince1970) < 2)
        #expect(source.uptime(at: apus_boottime_nanoseconds()) < 2)
    }

    @Test func `a process that has ended is said to be gone, and one that never was too`() throws {
        let process = try spawn(["sleep", "30"])
        let source = try WatchedProcess(pid: process.processIdentifier)
        _ = try source.sample(at: 0)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let error = #expect(throws: LinuxError.self) { try source.sample(at: 0) }
        #expect(error?.isProcessGone == true)
        let never = #expect(throws: LinuxError.self) { try WatchedProcess(pid: process.processIdentifier) }
        #expect(never?.isProcessGone == true)
    }

    @Test func `a zombie counts as gone: it uses nothing any more`() throws {
        // Not waited for until the check is done.
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        defer { free(arguments[0]) }
        #expect(posix_spawnp(&pid, "true", nil, nil, &arguments, environ) == 0)
        defer { waitpid(pid, nil, 0) }
        // Waits for the end without reaping it.
        var status = siginfo_t()
        #expect(waitid(P_PID, id_t(pid), &status, WEXITED | Int32(WNOWAIT)) == 0)
        let error = #expect(throws: LinuxError.self) { try WatchedProcess(pid: pid).sample(at: 0) }
        #expect(error?.isProcessGone == true)
    }

    /// The kernel calls the process by its first thread, and that one a zombie.
    @Test func `a process whose first thread has ended lives while others do`() async throws {
        let program = """
            from ctypes import CDLL
            from platform import machine
            from threading import Thread
            from time import sleep
            def work():
                ballast = bytearray(32 << 20)
                while True: sleep(0.05)
            Thread(target=work).start()
            sleep(0.2)
            # _exit(2) as the kernel has it: of this thread alone.
            CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[machine()], 0)
            """
        let process = try spawn(["/usr/bin/python3", "-c", program])
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let watched = try WatchedProcess(pid: process.processIdentifier)
        let line = { try String(contentsOfFile: "\(watched.folder)/stat", encoding: .utf8) }
        try await eventually("the first thread has ended") { try line().contains(") Z ") }
        let sample = try watched.sample(at: 0)
        #expect(sample.residentBytes > 32 << 20)
        #expect(sample.virtualBytes > sample.residentBytes)
        #expect(sample.state == UInt8(ascii: "S") || sample.state == UInt8(ascii: "R"))
        #expect(!watched.hasEnded)
        #expect(try ProcessDescriptors.count(of: watched).number >= 3)
        kill(process.processIdentifier, SIGKILL)
        try await eventually("the process has ended") { watched.hasEnded }
    }

    @Test func `a process whose threads cannot be looked at has not ended`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("proc/77"), withIntermediateDirectories: true)
        let stat = "77 (x) Z 1 77 77 0 -1 0 0 0 0 0 1 2 0 0 20 0 2 0 4500 4096 1 0"
        try stat.write(toFile: folder.path("proc/77/stat"), atomically: false, encoding: .utf8)
        try "no folder".write(toFile: folder.path("proc/77/task"), atomically: false, encoding: .utf8)
        let process = try WatchedProcess(pid: 77, root: KernelRoot(folder.path(""), ticksPerSecond: 100, pageSize: 4096))
        let error = #expect(throws: LinuxError.self) { try process.sample(at: 0) }
        #expect(error?.code == ENOTDIR && error?.isProcessGone == false)
        #expect(!process.hasEnded)
        // All that are left are ended: so has the process.
        try FileManager.default.removeItem(atPath: folder.path("proc/77/task"))
        for thread in [77, 78] {
            let place = folder.path("proc/77/task/\(thread)")
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try stat.write(toFile: "\(place)/stat", atomically: false, encoding: .utf8)
        }
        #expect(process.hasEnded)
        let living = stat.replacing(") Z ", with: ") R ").replacing(" 4096 1 ", with: " 8192 2 ")
        try living.write(toFile: folder.path("proc/77/task/78/stat"), atomically: false, encoding: .utf8)
        #expect(try process.sample(at: 0).residentBytes == 8192)
    }

    @Test(
        arguments: [
            (1000, nil, 1000), (nil, 1000, 1000), (nil, nil, nil), (1001, 1000, 1000), (995, 1000, 1000), (1006, 1000, 1006),
            (994, 1000, 994), (31_537_000, 1000, 31_537_000),
        ] as [(Double?, Double?, Double?)])
    func `the boot stays where it was, unless the clock was set to another time`(
        moment: Double?, known: Double?, settled: Double?
    ) {
        #expect(KernelRoot.settled(moment, known: known) == settled)
    }

    @Test func `a start follows a clock that is set, once, and no smaller step, while counts began when they did`() async throws
    {
        let folder = try TemporaryFolder()
        try folder.write("77 (x) S 1 77 77 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 4500 4096 1 0", to: "proc/77/stat")
        func boot(_ seconds: Int) throws { try folder.write("cpu  1 1 1 1\nbtime \(seconds)\nprocesses 9\n", to: "proc/stat") }
        try boot(1_000_000)
        let root = KernelRoot(folder.path, ticksPerSecond: 100, pageSize: 4096)
        let process = try WatchedProcess(pid: 77, root: root)
        #expect(process.startTime == 1_000_045)
        // The kernel is asked once in a second of the monotonic clock.
        func nextSecond() async throws {
            let second = apus_monotonic_nanoseconds() / 1_000_000_000
            try await eventually("a second is over") { apus_monotonic_nanoseconds() / 1_000_000_000 > second }
        }
        for step in [1, -1, 5] {
            try boot(1_000_000 + step)
            try await nextSecond()
            #expect(process.startTime == 1_000_045)
        }
        try boot(32_536_000)
        try await nextSecond()
        #expect(process.startTime == 32_536_045)
        try boot(32_536_001)
        try await nextSecond()
        #expect(process.startTime == 32_536_045)
        #expect(process.firstStartTime == 1_000_045 && process.uptime(at: 50_000_000_000) == 5)
    }

    @Test func `where the kernel does not say when it booted, a process has no start time but an uptime`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("proc/77"), withIntermediateDirectories: true)
        let stat = "77 (x) S 1 77 77 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 4500 4096 1 0"
        try stat.write(toFile: folder.path("proc/77/stat"), atomically: false, encoding: .utf8)
        let root = KernelRoot(folder.path(""), ticksPerSecond: 100, pageSize: 4096)
        let process = try WatchedProcess(pid: 77, root: root)
        #expect(process.startTime == nil)
        #expect(process.uptime(at: 50_000_000_000) == 5)
    }

    @Test func `a descriptor kept open never reads another process under the same pid`() throws {
        let process = try spawn(["sleep", "30"])
        let file = try ProcFile("/proc/\(process.processIdentifier)/stat")
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(throws: LinuxError.read(path: file.path, code: ESRCH)) { try file.read { _ in 1 } }
    }
}

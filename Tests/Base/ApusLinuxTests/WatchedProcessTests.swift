import ApusLinux
import Foundation
import Glibc
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
        #expect(try ProcessDescriptors.count(of: source) >= 3)
        let limits = try ProcFile("\(source.folder)/limits").read { ProcessDescriptors.softLimit($0) }
        #expect(limits >= 256)
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
        #expect(abs(source.startTime - Date().timeIntervalSince1970) < 2)
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

    @Test func `a descriptor kept open never reads another process under the same pid`() throws {
        let process = try spawn(["sleep", "30"])
        let file = try ProcFile("/proc/\(process.processIdentifier)/stat")
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(throws: LinuxError.read(path: file.path, code: ESRCH)) { try file.read { _ in 1 } }
    }
}

import Foundation
import Glibc
import HostTesting
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A service of the platform` {
    private let notification = #"{"userId":"u1","channel":"log","title":"t","body":"b"}"#

    @Test func `goes on at SIGHUP, as does a fleet, which begins new logs`() async throws {
        let fleet = try await RunningFleet()
        let before = try fleet.pid(of: "api-1")
        kill(before, SIGHUP)
        kill(try fleet.pid(of: "worker-1"), SIGHUP)
        let log = fleet.folder.path("data/logs/api-1.log")
        fleet.process.signal(SIGHUP)
        try await eventually("its log is rotated") { FileManager.default.fileExists(atPath: log + ".1") }
        #expect(try await HTTP.post("\(fleet.apis[0])/notifications", notification).status == 202)
        #expect(try fleet.pid(of: "api-1") == before)
        #expect(try await fleet.stop() == 0)
    }

    @Test func `that crashes leaves the addresses of its calls in its log`() async throws {
        let fleet = try await RunningFleet()
        try await fleet.awaitInstances()
        kill(try fleet.pid(of: "worker-2"), SIGILL)
        let log = fleet.folder.path("data/logs/worker-2.log")
        try await eventually("the trace is there") {
            guard let text = try? String(contentsOfFile: log, encoding: .utf8) else { return false }
            return text.contains("crash by SIGILL") && text.contains("apus(+0x")
        }
        #expect(try await fleet.stop() == 0)
    }

    @Test func `answers 507 and is not ready while its disk is full, and recovers`() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("data"), withIntermediateDirectories: true)
        let port = try LoopbackPort.free()
        let mount = "mount -t tmpfs -o size=64m none \(folder.path("data")) && exec \"$0\" \"$@\""
        let api = try RunningProgram(
            "unshare",
            [
                "-m", "sh", "-c", mount, Executables.apus, "api", "--instance", "api-1", "--data", folder.path("data"),
                "--port", "\(port)", "--log", "stderr",
            ])
        let base = "http://127.0.0.1:\(port)"
        try await eventually("it is ready: \(api.errors)") { (try? await HTTP.get("\(base)/health/ready").status) == 200 }
        // The disk as this process sees it.
        let filler = "/proc/\(api.pid)/root\(folder.path("data"))/filler"
        let piece = Data(count: 1 << 16)
        FileManager.default.createFile(atPath: filler, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: filler))
        while (try? file.write(contentsOf: piece)) != nil {}
        try await eventually("it is not ready") { try await HTTP.get("\(base)/health/ready").status == 503 }
        let body = "[\(Array(repeating: notification, count: 900).joined(separator: ","))]"
        try await eventually("it has no room") {
            let answer = try await HTTP.post("\(base)/notifications", body)
            guard answer.status == 507 else { return false }
            return answer.headers.first(name: "retry-after") != nil
        }
        #expect(try await HTTP.get("\(base)/health/live").status == 200)
        try file.truncate(atOffset: 0)
        try await eventually("it is ready again") { try await HTTP.get("\(base)/health/ready").status == 200 }
        #expect(try await HTTP.post("\(base)/notifications", notification).status == 202)
        api.signal(SIGTERM)
        #expect(try await api.wait(.seconds(20)) == 0)
    }
}

@Suite(.timeLimit(.minutes(3))) struct `A load test from the command line` {
    /// An address that takes connections and never answers.
    private final class SilentServer: Sendable {
        let port: Int
        private let server: RunningProgram

        init() throws {
            port = try LoopbackPort.free()
            let script =
                "s = __import__('socket').socket(); s.bind(('127.0.0.1', \(port))); s.listen(4096); __import__('time').sleep(60)"
            server = try RunningProgram("python3", ["-c", script])
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `hears a signal at once, though its API does not answer, and reports what there is`(signal: Int32) async throws {
        let server = try SilentServer()
        try await eventually("it listens") { LoopbackPort.answers(server.port) }
        let load = try RunningProgram(
            Executables.apus,
            ["load", "--url", "http://127.0.0.1:\(server.port)", "--rate", "50", "--duration", "600s", "--settle", "600s"])
        try await Task.sleep(for: .milliseconds(700))
        load.signal(signal)
        #expect(try await load.wait(.seconds(8)) == 1)
        #expect(load.output.contains("(interrupted)"))
        #expect(load.output.contains("accepted 0"))
    }
}

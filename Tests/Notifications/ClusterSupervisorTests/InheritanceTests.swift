import ClusterSupervisor
import Foundation
import Glibc
import HostTesting
import Logging
import Testing

@Suite(.timeLimit(.minutes(2))) struct `What children inherit and leave behind` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `no child outlives a supervisor that is killed`() async throws {
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            // The second child is started while the first one's lifeline is open: did it inherit the other end, the first would live.
            let supervisor = try Supervisor(
                stages: [
                    [.shell("first", "echo $$ > \(path)/first; exec cat")],
                    [.shell("second", "echo $$ > \(path)/second; exec cat")],
                ],
                logFolder: "\(path)/logs", logger: Logger(label: "test"),
                onUp: {
                    try? await eventually("both wrote their pid") {
                        access("\(path)/first", F_OK) == 0 && access("\(path)/second", F_OK) == 0
                    }
                    try? await Task.sleep(for: .milliseconds(100))
                    kill(getpid(), SIGKILL)
                })
            try await supervisor.run()
        }
        for name in ["first", "second"] {
            let pid = try #require(folder.words(of: name)?.first.flatMap { Int32($0) })
            try await eventually("\(name) is gone") { !isRunning(pid) }
        }
    }

    @Test func `no child speaks to the service manager in its supervisor's name`() async throws {
        let path = folder.path
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
            for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS", "APUS_TEST_KEPT"] { setenv(name, "1", 1) }
            let supervisor = try Supervisor(
                stages: [[.shell("child", "env > \(path)/new; mv \(path)/new \(path)/environment; exec cat")]],
                logFolder: "\(path)/logs", logger: Logger(label: "test"),
                onUp: {
                    try? await eventually("it wrote its environment") { access("\(path)/environment", F_OK) == 0 }
                    exit(7)
                })
            try await supervisor.run()
        }
        let names = try #require(folder.words(of: "environment")).map { $0.split(separator: "=").first ?? "" }
        #expect(names.contains("APUS_TEST_KEPT"))
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS"] { #expect(!names.contains(Substring(name))) }
    }

    @Test func `no descriptor is left in the supervisor after restarts and failed starts`() async throws {
        let path = folder.path
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
            let folder = "\(path)/logs"
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            func cycle() async throws {
                let policy = RestartPolicy(initialDelay: .milliseconds(1), jitter: 0, crashLimit: 10)
                let supervisor = try Supervisor(
                    stages: [[.shell("broken", "exit 1", restart: policy)]], logFolder: folder, logger: logger)
                let running = Task { try await supervisor.run() }
                try await eventually("parked") { supervisor.status.first?.state == .parked }
                running.cancel()
                _ = await running.result
                for _ in 0..<5 {
                    let missing = ChildSpecification(name: "missing", executable: "/nowhere/at-all")
                    try? await Supervisor(stages: [[missing]], logFolder: folder, logger: logger).run()
                    // Passes the check for an executable file and fails in exec.
                    let directory = ChildSpecification(name: "directory", executable: "/tmp")
                    try? await Supervisor(stages: [[directory]], logFolder: folder, logger: logger).run()
                }
            }
            // The first cycle opens what the runtime keeps: epoll and event descriptors.
            try await cycle()
            let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            try await cycle()
            let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            exit(before == after ? 7 : 1)
        }
    }

    @Test func `a child has its three standard descriptors and no other`() async throws {
        let script = "ls -l /proc/self/fd > \(folder.path("descriptors")); exec cat"
        let noise = open("/dev/null", O_RDONLY)  // open in this process, and not close-on-exec
        defer { close(noise) }
        let fleet = try RunningFleet([[.shell("worker", script)]], in: folder)
        let folder = folder
        try await eventually("the list is there") { folder.words(of: "descriptors") != nil }
        let list = try #require(TemporaryFolder.contents(of: folder.path("descriptors")))
        // `ls` adds the folder that it reads, as descriptor 3.
        let targets = list.split(separator: "\n").compactMap { $0.split(separator: " -> ").dropFirst().first }
        #expect(targets.count == 4)
        #expect(targets.first?.hasPrefix("pipe:") == true)
        try await fleet.shutDown()
    }

    @Test func `output and errors of every run are appended to the child's log`() async throws {
        let script = "echo out; echo err >&2; exec cat"
        let fleet = try RunningFleet([[.shell("worker", script)]], in: folder)
        let folder = folder
        let path = folder.path("logs/worker.log")
        try await eventually("the first run wrote") { TemporaryFolder.contents(of: path) == "out\nerr\n" }
        kill(try await fleet.pids(of: "worker", count: 1)[0], SIGKILL)
        try await eventually("the second run wrote") { TemporaryFolder.contents(of: path) == "out\nerr\nout\nerr\n" }
        try await fleet.shutDown()
    }

    @Test func `a log that has grown long is set aside at the next start`() async throws {
        mkdir(folder.path("logs"), 0o755)
        let path = folder.path("logs/worker.log")
        #expect(close(open(path, O_CREAT | O_WRONLY, 0o644)) == 0)
        #expect(truncate(path, 17 << 20) == 0)
        let fleet = try RunningFleet([[.shell("worker", "echo fresh; exec cat")]], in: folder)
        try await eventually("the old log is set aside") { access(path + ".1", F_OK) == 0 }
        try await eventually("the new log") { TemporaryFolder.contents(of: path) == "fresh\n" }
        try await fleet.shutDown()
    }

    @Test func `variables are added to the environment`() async throws {
        var child = ChildSpecification.shell("worker", "echo $COLOUR $HOME; exec cat")
        child.environment = ["COLOUR": "red"]
        let fleet = try RunningFleet([[child]], in: folder)
        let path = folder.path("logs/worker.log")
        let home = getenv("HOME").map { String(cString: $0) } ?? ""
        try await eventually("the variables") {
            TemporaryFolder.contents(of: path)?.split(separator: "\n").first?.split(separator: " ").map(String.init)
                == ["red"] + (home.isEmpty ? [] : [home])
        }
        try await fleet.shutDown()
    }
}

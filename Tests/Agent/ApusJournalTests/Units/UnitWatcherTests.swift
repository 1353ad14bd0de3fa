import AgentMetrics
import ApusJournal
import ApusThreads
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

@Suite struct `A watcher of units where systemd cannot be heard` {
    /// A watcher on a thread of its own, as in an agent.
    private final class Running: Sendable {
        let watcher: UnitWatcher
        private let notices: Notices
        private let wake = WakeUp()
        private let ended = DispatchSemaphore(value: 0)

        private final class Notices: Sendable { let all = Mutex<[UnitNotice]>([]) }

        init(_ address: String, units: [String] = ["nginx.service"]) throws {
            let notices = Notices()
            var configuration = UnitWatchConfiguration(
                patterns: units.compactMap { UnitPattern($0) }, address: try #require(UnitBusAddress(address)))
            configuration.deadline = .milliseconds(300)
            watcher = UnitWatcher(configuration) { notice in notices.all.withLock { $0.append(notice) } }
            self.notices = notices
            Thread.detachNewThread { [watcher, wake, ended] in
                watcher.run(until: wake)
                ended.signal()
            }
        }

        var told: [UnitNotice] { notices.all.withLock { $0 } }

        /// Whether the thread has ended in time.
        func stop(within seconds: Int) -> Bool {
            wake.raise()
            return ended.wait(timeout: .now() + .seconds(seconds)) == .success
        }
    }

    @Test func `says once that there is no bus, tries on in pauses, and stops at once`() throws {
        let folder = try TemporaryFolder()
        let running = try Running("unix:path=\(folder.path("nowhere"))")
        #expect(comesTrue(within: .seconds(20)) { running.watcher.snapshot().isBreakerOpen })
        let snapshot = running.watcher.snapshot()
        #expect(!snapshot.isUp && snapshot.units.isEmpty && snapshot.lastAnswer == nil)
        #expect((snapshot.errors[.connect] ?? 0) >= 3)
        // One more try in the pauses of the open breaker, without another word.
        let tries = snapshot.errors[.connect] ?? 0
        #expect(comesTrue(within: .seconds(20)) { (running.watcher.snapshot().errors[.connect] ?? 0) > tries })
        #expect(running.told == [.unavailable(.connect(.bus("unix:path=\(folder.path("nowhere"))"), code: ENOENT))])
        #expect(running.stop(within: 10))
    }

    @Test func `does not wait for a bus that takes connections and says nothing`() throws {
        let folder = try TemporaryFolder()
        let listener = try HungListener(path: folder.path("bus"))
        let running = try Running("unix:path=\(listener.path)")
        #expect(comesTrue(within: .seconds(30)) { running.watcher.snapshot().isBreakerOpen })
        #expect((running.watcher.snapshot().errors[.timeout] ?? 0) >= 3)
        #expect(running.stop(within: 10))
    }

    @Test func `gives up a bus on which there is no systemd`() throws {
        let folder = try TemporaryFolder()
        let bus = try PrivateBus(folder)
        let running = try Running(bus.address)
        // By the count: on a loaded machine one of them may run out of time instead.
        #expect(comesTrue(within: .seconds(30)) { (running.watcher.snapshot().errors[.refused] ?? 0) >= 3 })
        let snapshot = running.watcher.snapshot()
        #expect(snapshot.isBreakerOpen && !snapshot.isUp && snapshot.calls > 0)
        #expect(running.told.count == 1)
        #expect(running.stop(within: 10))
    }

    @Test func `one unit of which systemd says nothing keeps no other from being told of`() throws {
        let folder = try TemporaryFolder()
        let systemd = try SilentSystemd(folder)
        let running = try Running(systemd.address, units: ["dead.service", "nginx.service"])
        #expect(comesTrue(within: .seconds(20)) { (running.watcher.snapshot().errors[.timeout] ?? 0) > 0 })
        // Long enough for another connection, if there were one.
        usleep(500_000)
        let snapshot = running.watcher.snapshot()
        #expect(snapshot.isUp && snapshot.units.map(\.name) == ["nginx.service"])
        let connections = try systemd.connections()
        #expect(connections == 1)
        #expect(running.told.allSatisfy { if case .refused = $0 { true } else { false } })
        #expect(running.stop(within: 10))
    }

    /// `silent_systemd.py`, which answers nothing about dead.service.
    private final class SilentSystemd {
        let address: String
        private let count: String
        private let process = Process()

        init(_ folder: TemporaryFolder) throws {
            try FileManager.default.createDirectory(atPath: folder.path("systemd"), withIntermediateDirectories: true)
            let path = folder.path("systemd/private")
            (address, count) = ("unix:path=\(path)", folder.path("count"))
            process.executableURL = URL(filePath: "/usr/bin/python3")
            process.arguments = [
                URL(filePath: #filePath).deletingLastPathComponent().appending(path: "silent_systemd.py").path(), path, count,
            ]
            try process.run()
            let isListening = try comesTrue(within: .seconds(10)) { try HostTesting.isListening(onSocket: path) }
            try #require(isListening, "silent_systemd.py does not listen")
        }

        func connections() throws -> Int? { Int(try String(contentsOfFile: count, encoding: .utf8)) }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// A Unix socket on which nobody accepts.
    private final class HungListener {
        let path: String
        private let descriptor: Int32

        init(path: String) throws {
            self.path = path
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(code == 0 && listen(descriptor, 5) == 0)
        }

        deinit { close(descriptor) }
    }

    /// A dbus-daemon of the test's own.
    private final class PrivateBus {
        let address: String
        private let process = Process()

        init(_ folder: TemporaryFolder) throws {
            let path = folder.path("bus")
            address = "unix:path=\(path)"
            process.executableURL = URL(fileURLWithPath: "/usr/bin/dbus-daemon")
            process.arguments = ["--session", "--nofork", "--nopidfile", "--address=\(address)"]
            process.standardError = FileHandle.nullDevice
            try process.run()
            let isListening = try comesTrue(within: .seconds(10)) { try HostTesting.isListening(onSocket: path) }
            try #require(isListening, "dbus-daemon does not listen")
        }

        deinit {
            // It inherits a mask that may block SIGTERM.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }
}

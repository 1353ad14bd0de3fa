import Foundation
import Glibc
import HostTesting
import Testing

/// The API and the worker as children, with a service manager that is a socket of the test's own.
@Suite struct ServiceNotifyTests {
    private struct ServiceChild {
        private let process: RunningProgram

        init(_ arguments: [String], folder: TemporaryFolder, environment: [String: String]) throws {
            process = try RunningProgram(
                BuiltProgram.path("apus"), arguments + ["--data", folder.path("data")], environment: environment,
                endSignal: SIGKILL)
        }

        func signal(_ number: Int32) { process.signal(number) }
        var log: String { process.errors }
        func exitCode() -> Int32 { process.wait() }
    }

    private static let worker = [
        "worker", "--instance", "worker-1", "--poll-interval", "200ms", "--lease-duration", "1s", "--log", "stderr",
    ]
    private static let api = ["api", "--instance", "api-1", "--port", "0", "--log", "stderr"]

    /// What the manager hears next that is not a sign of life.
    private func next(_ manager: DatagramReceiver, within milliseconds: Int32 = 20_000) -> String? {
        var message = manager.receive(within: milliseconds)
        while message?.text == "WATCHDOG=1" { message = manager.receive(within: milliseconds) }
        return message?.text
    }

    @Test(arguments: [
        (worker, "READY=1\nSTATUS=delivering 0/s, 0 leased"), (api, "READY=1\nSTATUS=serving on :"),
    ])
    func `a service is ready once its database answers, gives signs of life, and says that it stops`(
        arguments: [String], ready: String
    ) throws {
        let manager = try DatagramReceiver()
        let folder = try TemporaryFolder()
        // The folder of the database is not there yet.
        let service = try ServiceChild(
            arguments, folder: folder, environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "13000000"])
        let waiting = try #require(manager.receive(within: 20_000)?.text)
        #expect(waiting.hasPrefix("STATUS=waiting for the database: ") && waiting.contains(folder.path("data")))
        #expect(manager.receive(within: 1200) == nil)
        try folder.write("", to: "data/here")
        #expect(next(manager)?.hasPrefix(ready) == true)
        #expect(manager.receive(within: 13_000)?.text.contains("WATCHDOG=1") == true)
        service.signal(SIGTERM)
        var last = next(manager)
        while last?.hasPrefix("STATUS=") == true { last = next(manager) }
        #expect(last?.hasPrefix("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=1") == true)
        #expect(service.exitCode() == 0)
    }

    @Test(arguments: [worker, api])
    func `a stopped service gives no sign of life`(arguments: [String]) throws {
        let manager = try DatagramReceiver()
        let folder = try TemporaryFolder()
        try folder.write("", to: "data/here")
        let service = try ServiceChild(
            arguments, folder: folder, environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "12000000"])
        #expect(next(manager)?.hasPrefix("READY=1") == true)
        service.signal(SIGSTOP)
        // What was on its way.
        while manager.receive(within: 100) != nil {}
        #expect(manager.receive(within: 4000) == nil)
        service.signal(SIGCONT)
        #expect(manager.receive(within: 12_000)?.text.hasPrefix("WATCHDOG=1") == true)
    }

    @Test func `a whole fleet is ready once all of it is up, and its children say nothing`() throws {
        let manager = try DatagramReceiver()
        let folder = try TemporaryFolder()
        let offset = try LoopbackPort.offset(of: [3001, 3002, 9480] + Array(9090...9102))
        let fleet = try ServiceChild(
            ["up", "--port-offset", "\(offset)", "--poll-interval", "200ms"], folder: folder,
            environment: ["NOTIFY_SOCKET": manager.path])
        let first = manager.receive(within: 60_000)?.text
        let log = fleet.log
        #expect(first == "READY=1\nSTATUS=1 agent, 2 APIs, 5 workers", "\(log)")
        fleet.signal(SIGTERM)
        #expect(manager.receive(within: 20_000)?.text == "STOPPING=1")
        #expect(fleet.exitCode() == 0)
    }

    @Test(arguments: [worker, api])
    func `without a manager a missing database ends a service with one line`(arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let service = try ServiceChild(arguments, folder: folder, environment: [:])
        #expect(service.exitCode() == 1)
        let log = service.log
        #expect(log.split(separator: "\n").count == 1 && log.contains(folder.path("data")))
    }

    @Test func `turns that the unit's watchdog cannot wait for are refused in one line, with the code of wrong options`() throws
    {
        let manager = try DatagramReceiver()
        let folder = try TemporaryFolder()
        let service = try ServiceChild(
            ["worker", "--instance", "worker-1", "--poll-interval", "20s"], folder: folder,
            environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "30000000"])
        #expect(service.exitCode() == 64)
        let log = service.log
        #expect(log.contains("WatchdogSec") && log.split(separator: "\n").count == 1)
        #expect(manager.receive(within: 0) == nil)
    }
}

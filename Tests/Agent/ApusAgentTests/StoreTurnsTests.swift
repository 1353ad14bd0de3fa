import AgentMetrics
import ApusAgent
import ApusLimits
import ApusSegment
import ApusSystemd
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

/// What the service manager is told of segments, and when; the manager is a socket of the test's own, and time the test's.
@Suite(.timeLimit(.minutes(3))) struct StoreTurnsTests {
    private let manager: DatagramReceiver
    private let host: FixtureHost
    private let store: SegmentStore

    init() throws {
        manager = try DatagramReceiver()
        host = try FixtureHost(notifier: ServiceNotifier(socket: manager.path))
        store = try #require(host.store)
    }

    /// A turn of the store after so much time, and what the manager was told in it.
    private func turn(after pause: Duration = .zero) -> [String] {
        host.time.pass(pause)
        store.turn(host.table.storages, at: host.time.now)
        var texts: [String] = []
        while let message = manager.receive(within: 0) {
            for descriptor in message.descriptors { close(descriptor) }
            texts.append(message.text)
        }
        return texts
    }

    private func identity(_ number: Int) -> InstanceIdentity { InstanceIdentity(service: "worker", instance: "w-\(number)") }

    @Test func `a process that reports and leaves again and again costs the manager no message`() throws {
        for number in 1...200 {
            let instance = try host.report(FixtureHost.worker, pid: 4711, connection: number)
            host.time.pass(.milliseconds(10))
            instance.detach(connection: number, at: host.time.now)
            if number % 50 == 0 { #expect(turn() == []) }
        }
        #expect(turn(after: .seconds(10)) == [])
    }

    @Test func `a report is kept once it has lasted, and forgotten as soon as another takes its place`() throws {
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        #expect(turn(after: .milliseconds(2900)) == [])
        #expect(turn(after: .milliseconds(100)) == ["FDSTORE=1\nFDNAME=instance-1"])
        #expect(turn(after: .seconds(60)) == [])
        let next = try host.report(FixtureHost.worker, pid: 4711, connection: 2)
        #expect(turn(after: .seconds(1)) == ["FDSTOREREMOVE=1\nFDNAME=instance-1"])
        next.detach(connection: 2, at: host.time.now)
        #expect(turn(after: .seconds(60)) == [])
    }

    @Test func `a report that has lasted and ended before the manager read is kept with its end`() throws {
        let instance = try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        host.time.pass(.seconds(5))
        instance.detach(connection: 1, at: host.time.now)
        let end = host.time.now.monotonic
        store.turn(host.table.storages, at: host.time.now)
        let message = try #require(manager.receive(within: 0))
        defer { for descriptor in message.descriptors { close(descriptor) } }
        let records = message.descriptors.compactMap { descriptor in
            var bytes = [UInt8](repeating: 0, count: InstanceRecord.longest)
            let count = pread(descriptor, &bytes, bytes.count, 0)
            return InstanceRecord(bytes: Array(bytes.prefix(max(0, count))))
        }
        #expect(records.map(\.endedAt) == [end])
    }

    @Test func `no more than fifty messages go out in a second, and users take turns`() throws {
        for number in 1...120 { try host.report(identity(number), pid: 4711, uid: 1000, connection: number) }
        host.time.pass(.seconds(1))
        try host.report(FixtureHost.api, pid: 4712, uid: 2000, connection: 121)
        host.time.pass(.seconds(3))
        let lately = host.table.instances.first { $0.identity == FixtureHost.api }
        // The manager's queue is shorter than what may be sent.
        var sent = 0
        for _ in 0..<20 { sent += turn().count }
        #expect(sent == DescriptorStoreLimits.rate.value)
        let waiting = try #require(lately).storage.claim(olderThan: 0, at: host.time.now.monotonic)
        #expect(waiting == nil)
        sent = 0
        host.time.pass(.seconds(1))
        for _ in 0..<20 { sent += turn().count }
        #expect(sent == DescriptorStoreLimits.rate.value)
    }

    @Test func `a manager that reads nothing is not waited for, and told when it reads`() throws {
        let filler = try #require(ServiceNotifier(socket: manager.path, patience: .zero))
        while (try? filler.send([.status("x")])) != nil {}
        for number in 1...5 { try host.report(identity(number), pid: 4711, connection: number) }
        host.time.pass(.seconds(3))
        let start = ContinuousClock.now
        store.turn(host.table.storages, at: host.time.now)
        #expect(ContinuousClock.now - start < .milliseconds(500))
        while manager.receive(within: 0) != nil {}
        #expect(turn(after: .seconds(1)).count == 5)
        #expect(!store.finish(host.table.storages, at: host.time.now))
    }

    @Test func `a stop hands over what began just now`() throws {
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        #expect(turn() == [])
        #expect(!store.finish(host.table.storages, at: host.time.now))
        #expect(manager.receive(within: 0)?.text == "FDSTORE=1\nFDNAME=instance-1")
    }

    @Test func `it is said whom a manager is told late of, and why`() throws {
        let filler = try #require(ServiceNotifier(socket: manager.path, patience: .zero))
        while (try? filler.send([.status("x")])) != nil {}
        try host.report(FixtureHost.worker, pid: 4711, uid: 1000, connection: 1)
        for _ in 0..<40 {
            host.time.pass(.seconds(1))
            store.turn(host.table.storages, at: host.time.now)
        }
        let lines = host.log.lines(
            "the service manager is told late which segments to keep: those do not outlive a restart of the agent")
        #expect(lines.count == 1 && lines.first?["uid"] == "1000" && lines.first?["waiting"] == "1")
    }
}

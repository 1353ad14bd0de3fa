import AgentMetrics
import ApusAgent
import ApusMetrics
import ApusSegment
import ApusSystemd
import CLinux
import CoreMetrics
import Foundation
import Glibc
import HostTesting
import Synchronization
import Testing

/// Segments that a service manager keeps while the agent restarts; the manager is a socket of the test's own.
@Suite(.timeLimit(.minutes(2))) struct StoredSegmentsTests {
    private static let jobs = #"jobs_total{service="worker",instance="worker-1"}"#
    private static let up = #"apus_service_up{service="worker",instance="worker-1"}"#

    /// Messages until nothing more is there.
    private func messages(_ manager: DatagramReceiver, marks isMarked: Bool = false) -> [DatagramReceiver.Message] {
        var all: [DatagramReceiver.Message] = []
        while let message = manager.receive(within: 0) { all.append(message) }
        // The marks have a test of their own.
        return all.filter { isMarked || !$0.text.contains("FDNAME=taking-") }
    }

    /// The first messages by which a segment is to be kept; other messages may come before.
    private static func stores(_ manager: DatagramReceiver) throws -> [DatagramReceiver.Message] {
        for _ in 0..<20 {
            guard let message = manager.receive() else { break }
            if message.text.hasPrefix("FDSTORE=1\n") { return [message] }
        }
        return []
    }

    private func record(_ bytes: [UInt8], sealed: Bool = true) throws -> Int32 {
        let descriptor = apus_memfd_create("record")
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        if sealed { try #require(apus_memfd_seal(descriptor) == 0) }
        return descriptor
    }

    private func segment(_ count: UInt64) throws -> SegmentWriter {
        let writer = try SegmentWriter()
        writer.series(MetricFamily(name: "jobs_total", kind: .counter, help: "x"), labels: [], form: .integer).add(count)
        return writer
    }

    /// The start of this process, in ticks since boot: the 22nd field of its stat.
    private static func ownStart() throws -> UInt64 {
        let text = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
        let fields = try #require(text.split(separator: ")").last).split(separator: " ")
        return try #require(UInt64(fields[19]))
    }

    private static let identity = InstanceIdentity(service: "worker", instance: "worker-1")

    @Test func `a new agent serves what the former one had, before and after the service comes back`() async throws {
        let manager = try DatagramReceiver()
        let notifier = ServiceNotifier(socket: manager.path)
        let path = RunningAgent.temporarySocket()
        try await RunningAgent.with({ $0.storedAge = .zero }, socketPath: path, notifier: notifier) { first in
            try await first.reporting("worker", "worker-1") { factory in
                let jobs = CoreMetrics.Counter(label: "jobs", factory: factory)
                jobs.increment(by: 7)
                let stores = try Self.stores(manager)
                #expect(stores.map(\.text) == ["FDSTORE=1\nFDNAME=instance-1"])
                let kept = try #require(stores.first).descriptors
                try #require(kept.count == 2)
                defer { for descriptor in kept { close(descriptor) } }
                // Elsewhere, where the service does not come to.
                jobs.increment(by: 1)
                func passed() -> [ActivationSocket] {
                    kept.reversed().map { ActivationSocket(descriptor: dup($0), name: "instance-1") }
                }
                try await RunningAgent.with(notifier: notifier, passed: passed()) { second in
                    let page = try await second.get("/metrics")
                    #expect(page.samples[Self.jobs] == "8" && page.samples[Self.up] == "1")
                    // The memory is shared: it goes on.
                    jobs.increment(by: 1)
                    #expect(try await second.get("/metrics").samples[Self.jobs] == "9")
                    // The same segment once more, now from the service itself.
                    try await second.takeConnection(of: kept, like: Self.identity)
                    let text = try await second.get("/metrics").text
                    #expect(text.split(separator: "\n").filter { $0.hasPrefix(Self.jobs) } == ["\(Self.jobs) 9"])
                }
                #expect(!messages(manager).contains { $0.text.contains("FDSTORE") })
            }
        }
    }

    @Test func `a process that has ended is down with its last counts, until the time for that is over`() async throws {
        let manager = try DatagramReceiver()
        let notifier = ServiceNotifier(socket: manager.path)
        let writer = try segment(5)
        // This process lives, but began at another time: the pid was given again.
        let other = InstanceRecord(identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart() + 1)
        // This one said goodbye.
        let ended = InstanceRecord(identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart(), endedAt: 1)
        for (record, retention) in [(other, Duration.seconds(600)), (ended, .seconds(1))] {
            let passed = [try self.record(record.bytes), dup(writer.descriptor)].map {
                ActivationSocket(descriptor: $0, name: "instance-3")
            }
            try await RunningAgent.with({ $0.retention = retention }, notifier: notifier, passed: passed) { agent in
                guard retention > .seconds(1) else {
                    // Ended long ago: gone at the first turn of the sampling loop.
                    try await agent.until { try await agent.get("/metrics").samples[Self.jobs] == nil }
                    return
                }
                let samples = try await agent.get("/metrics").samples
                #expect(samples[Self.jobs] == "5" && samples[Self.up] == "0")
            }
            let removed = messages(manager).contains { $0.text == "FDSTOREREMOVE=1\nFDNAME=instance-3" }
            #expect(removed == (retention == .seconds(1)))
        }
    }

    @Test func `another segment of an instance takes the place of the one that is kept`() async throws {
        let manager = try DatagramReceiver()
        let notifier = ServiceNotifier(socket: manager.path)
        let gone = InstanceRecord(identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart() + 1)
        let former = try segment(5)
        let passed = [try record(gone.bytes), dup(former.descriptor)].map {
            ActivationSocket(descriptor: $0, name: "instance-41")
        }
        try await RunningAgent.with({ $0.storedAge = .zero }, notifier: notifier, passed: passed) { agent in
            let next = try segment(2)
            try await agent.takeConnection(of: [next.descriptor], like: Self.identity)
            let text = try await agent.get("/metrics").text
            #expect(text.split(separator: "\n").filter { $0.hasPrefix(Self.jobs) } == ["\(Self.jobs) 2"])
        }
        let told = messages(manager).filter { $0.text.hasPrefix("FDSTORE") }
        #expect(told.map(\.text) == ["FDSTOREREMOVE=1\nFDNAME=instance-41", "FDSTORE=1\nFDNAME=instance-42"])
        // What the manager has now says so when the service is gone.
        let kept = try #require(told.last?.descriptors)
        defer { for descriptor in kept { close(descriptor) } }
        let record = kept.compactMap { descriptor in
            var bytes = [UInt8](repeating: 0, count: InstanceRecord.longest)
            let count = pread(descriptor, &bytes, bytes.count, 0)
            return InstanceRecord(bytes: Array(bytes.prefix(max(0, count))))
        }.first
        let own = InstanceRecord(identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart())
        #expect(record?.identity == own.identity && record?.pid == own.pid && record?.startTicks == own.startTicks)
        #expect(record.map { $0.endedAt > 0 } == true)
    }

    @Test func `what is not as an agent left it is let go, and the rest is served`() async throws {
        let manager = try DatagramReceiver()
        let log = RecordedLog()
        let good = InstanceRecord(identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart()).bytes
        let (old, new) = (try segment(1), try segment(2))
        let file = open("/proc/self/stat", O_RDONLY)
        defer { close(file) }
        let unsealed = apus_memfd_create("segment")
        defer { close(unsealed) }
        let stored: [(name: String, descriptors: [Int32])] = [
            ("instance-1", [try record(good), dup(old.descriptor)]),
            ("instance-2", [try record(good), dup(new.descriptor)]),
            ("instance-3", [dup(new.descriptor)]),
            ("instance-4", [try record(good, sealed: false), dup(new.descriptor)]),
            ("instance-5", [try record(Array("apus-instance 2\n".utf8)), dup(new.descriptor)]),
            ("instance-6", [try record(good), dup(unsealed)]),
            ("instance-7", [try record(good), dup(file)]),
            ("instance-8", [try record(good), try record(good)]),
            ("instance-9", [dup(new.descriptor), dup(new.descriptor), try record(good)]),
            ("instance-x", [try record(good), dup(new.descriptor)]),
            ("left by somebody", [dup(file)]),
        ]
        let passed = stored.flatMap { one in one.descriptors.map { ActivationSocket(descriptor: $0, name: one.name) } }
        let received = Mutex<[DatagramReceiver.Message]>([])
        // A manager reads what it is told; its socket takes ten messages.
        let reading = Thread {
            while let message = manager.receive(within: 2000) { received.withLock { $0.append(message) } }
        }
        reading.start()
        try await RunningAgent.with(
            logger: log.logger, notifier: ServiceNotifier(socket: manager.path), passed: passed.shuffled()
        ) { agent in
            let samples = try await agent.get("/metrics").samples
            // The later of two.
            #expect(samples[Self.jobs] == "2" && samples[Self.up] == "1")
            #expect(samples["apus_agent_instances"] == "1")
        }
        try await eventually("the manager is told no more") { reading.isFinished }
        let removed = received.withLock { $0 }.map(\.text)
            .filter { $0.hasPrefix("FDSTOREREMOVE=1\nFDNAME=") && !$0.contains("FDNAME=taking-") }
            .map { String($0.dropFirst("FDSTOREREMOVE=1\nFDNAME=".count)) }
        #expect(Set(removed) == Set(stored.map(\.name)).subtracting(["instance-2"]) && removed.count == 10)
        let lines = log.lines("a descriptor that the service manager kept is let go")
        #expect(Set(lines.compactMap { $0["name"] }) == Set(removed))
        #expect(lines.allSatisfy { $0["reason"]?.isEmpty == false })
    }

    @Test func `what an agent has died of is let go at the next start, and the rest is served`() async throws {
        let manager = try DatagramReceiver()
        let log = RecordedLog()
        let deadly = InstanceRecord(
            identity: InstanceIdentity(service: "worker", instance: "worker-2"), pid: getpid(), startTicks: try Self.ownStart())
        let good = InstanceRecord(identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart())
        let (first, second) = (try segment(1), try segment(2))
        let passed = [
            ("instance-1", try record(deadly.bytes)), ("instance-1", dup(first.descriptor)),
            ("instance-2", try record(good.bytes)),
            ("instance-2", dup(second.descriptor)), ("taking-1", apus_memfd_create("mark")),
        ].map { ActivationSocket(descriptor: $0.1, name: $0.0) }
        try await RunningAgent.with(
            logger: log.logger, notifier: ServiceNotifier(socket: manager.path), passed: passed.shuffled()
        ) { agent in
            let samples = try await agent.get("/metrics").samples
            #expect(samples[Self.jobs] == "2" && samples["apus_agent_instances"] == "1")
            #expect(samples[#"apus_agent_reports_refused_total{reason="quarantine"}"#] == "1")
        }
        let sent = messages(manager, marks: true).map(\.text).filter { $0.contains("FDNAME=") }
        #expect(
            sent == [
                // The other one is taken back under a mark of its own.
                "FDSTORE=1\nFDNAME=taking-2", "FDSTOREREMOVE=1\nFDNAME=taking-2", "FDSTORE=1\nFDNAME=taking-each",
                "FDSTOREREMOVE=1\nFDNAME=instance-1", "FDSTOREREMOVE=1\nFDNAME=taking-1", "FDSTOREREMOVE=1\nFDNAME=taking-each",
            ])
        let lines = log.lines(
            "an agent died while it took back what an instance had reported; it is let go, and its process may report again")
        #expect(lines.map { $0["instance"] } == ["worker/worker-2"])
    }

    @Test func `what another segment has taken the place of is not served, though the manager has not forgotten it`()
        async throws
    {
        let manager = try DatagramReceiver()
        let log = RecordedLog()
        let void = InstanceRecord(
            identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart(), endedAt: InstanceRecord.void)
        let former = try segment(1_000_000)
        let passed = [try record(void.bytes), dup(former.descriptor)].map {
            ActivationSocket(descriptor: $0, name: "instance-7")
        }
        try await RunningAgent.with(
            logger: log.logger, notifier: ServiceNotifier(socket: manager.path), passed: passed
        ) { agent in
            let page = try await agent.get("/metrics")
            #expect(page.samples[Self.jobs] == nil)
        }
        #expect(messages(manager).contains { $0.text == "FDSTOREREMOVE=1\nFDNAME=instance-7" })
        #expect(log.lines("a descriptor that the service manager kept is let go").isEmpty)
    }

    @Test func `reports are answered while the manager reads nothing`() async throws {
        let manager = try DatagramReceiver()
        let path = manager.path
        let writer = try segment(3)
        try await RunningAgent.with(
            { $0.storedAge = .zero }, notifier: ServiceNotifier(socket: path, patience: .milliseconds(10))
        ) { agent in
            let filler = try #require(ServiceNotifier(socket: path, patience: .zero))
            while (try? filler.send([.status("x")])) != nil {}
            let start = ContinuousClock.now
            for number in 1...4 {
                try await agent.takeConnection(
                    of: [writer.descriptor], like: InstanceIdentity(service: "worker", instance: "worker-\(number)"))
            }
            // A second each, were the manager waited for.
            #expect(ContinuousClock.now - start < .seconds(3))
            try await agent.until {
                try await agent.get("/metrics").samples["apus_agent_store_waiting_messages"] == "4"
            }
        }
    }

    @Test func `the mark over what is taken back stays until it has been served`() async throws {
        let manager = try DatagramReceiver()
        let good = InstanceRecord(identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart())
        let kept = try segment(1)
        let passed = [try record(good.bytes), dup(kept.descriptor)].map { ActivationSocket(descriptor: $0, name: "instance-1") }
        try await RunningAgent.with(notifier: ServiceNotifier(socket: manager.path), passed: passed) { agent in
            _ = try await agent.get("/health/ready")
            #expect(
                messages(manager, marks: true).map(\.text).filter { $0.contains("taking") } == ["FDSTORE=1\nFDNAME=taking-all"])
            _ = try await agent.get("/metrics")
            try await agent.until {
                messages(manager, marks: true).contains { $0.text == "FDSTOREREMOVE=1\nFDNAME=taking-all" }
            }
        }
    }

    @Test func `what agents have died of twice after they had tried each is let go`() async throws {
        let manager = try DatagramReceiver()
        let good = InstanceRecord(identity: Self.identity, pid: getpid(), startTicks: try Self.ownStart())
        let kept = try segment(1)
        let passed = [
            ("instance-1", try record(good.bytes)), ("instance-1", dup(kept.descriptor)),
            ("taking-each", apus_memfd_create("mark")),
        ].map { ActivationSocket(descriptor: $0.1, name: $0.0) }
        try await RunningAgent.with(notifier: ServiceNotifier(socket: manager.path), passed: passed) { agent in
            let samples = try await agent.get("/metrics").samples
            #expect(samples["apus_agent_instances"] == "0")
            #expect(samples[#"apus_agent_reports_refused_total{reason="quarantine"}"#] == "1")
        }
        let sent = messages(manager, marks: true).map(\.text).filter { $0.contains("FDNAME=") }
        #expect(sent == ["FDSTOREREMOVE=1\nFDNAME=instance-1", "FDSTOREREMOVE=1\nFDNAME=taking-each"])
    }

    @Test func `an instance that reports very much is tried in part`() throws {
        let host = try FixtureHost()
        let waits = MetricFamily(
            name: "wait_seconds", kind: .histogram, help: "Waits.", buckets: (1...500).map { Double($0) })
        let instance = try host.report(FixtureHost.worker, pid: 4711, connection: 1, seriesLimit: 500) { writer in
            for number in 0..<400 { _ = writer.series(waits, labels: [("number", "\(number)")], form: .histogram) }
        }
        #expect((50_000...52_000).contains(instance.rehearse(samples: 50_000) { false }))
        #expect(instance.rehearse(samples: 50_000) { true } == 0)
    }

    @Test func `where nobody keeps anything, nothing is sent and nothing changes`() async throws {
        let writer = try segment(3)
        try await RunningAgent.with { agent in
            try await agent.takeConnection(of: [writer.descriptor], like: Self.identity)
            #expect(try await agent.get("/metrics").samples[Self.jobs] == "3")
        }
        // A manager that has ended.
        let log = RecordedLog()
        try await RunningAgent.with(
            { $0.storedAge = .zero }, logger: log.logger, notifier: ServiceNotifier(socket: "/nowhere/notify")
        ) { agent in
            try await agent.takeConnection(of: [writer.descriptor], like: Self.identity)
            #expect(try await agent.get("/metrics").samples[Self.jobs] == "3")
        }
        #expect(log.lines("segments do not outlive a restart of the agent").count == 1)
    }
}

extension RunningAgent {
    /// Reports the one of the descriptors that is a segment, and ends the connection once that is served.
    fileprivate func takeConnection(of descriptors: [Int32], like identity: InstanceIdentity) async throws {
        let segment = try #require(descriptors.first { (try? SegmentReader(descriptor: $0)) != nil })
        let socket = apus_seqpacket_socket(0)
        defer { close(socket) }
        try #require(apus_unix_connect(socket, socketPath) == 0)
        let hello = try Hello(service: identity.service, instance: identity.instance).bytes
        try #require(apus_send_with_descriptor(socket, hello, hello.count, segment) == hello.count)
        var reply = [UInt8](repeating: 0, count: 1024)
        let count = recv(socket, &reply, reply.count, 0)
        #expect(count > 0 && Reply(bytes: reply.prefix(count)) == .accepted)
        #expect(try await up(identity.service, identity.instance) == "1")
    }
}

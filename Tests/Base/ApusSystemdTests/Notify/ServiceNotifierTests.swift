import ApusSystemd
import Glibc
import HostTesting
import Testing

@Suite struct ServiceNotifierTests {
    @Test func `states arrive as one message`() throws {
        let manager = try DatagramReceiver()
        let notifier = try #require(ServiceNotifier(socket: manager.path))
        try notifier.send([.ready, .status("watching 3 instances")])
        #expect(manager.receive()?.text == "READY=1\nSTATUS=watching 3 instances")
        try notifier.send([.stopping])
        #expect(manager.receive()?.text == "STOPPING=1")
    }

    @Test func `a reload carries the time at which it began`() throws {
        let manager = try DatagramReceiver()
        let notifier = try #require(ServiceNotifier(socket: manager.path))
        func microseconds() -> UInt64 {
            var now = timespec()
            clock_gettime(CLOCK_MONOTONIC, &now)
            return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
        }
        let before = microseconds()
        try notifier.sendReloading()
        let after = microseconds()
        let text = try #require(manager.receive()?.text)
        #expect(text.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        let time = try #require(UInt64(text.split(separator: "=").last ?? ""))
        #expect((before...after).contains(time))
    }

    @Test func `stored descriptors are the same open files`() throws {
        let manager = try DatagramReceiver()
        let notifier = try #require(ServiceNotifier(socket: manager.path))
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        try notifier.send([.storeDescriptors(name: "segment")], descriptors: ends)
        ends.forEach { close($0) }
        let message = try #require(manager.receive())
        #expect(message.text == "FDSTORE=1\nFDNAME=segment")
        #expect(message.descriptors.count == 2)
        #expect(write(message.descriptors[1], "x", 1) == 1)
        var byte: UInt8 = 0
        #expect(read(message.descriptors[0], &byte, 1) == 1 && byte == UInt8(ascii: "x"))
        message.descriptors.forEach { close($0) }
    }

    @Test func `a barrier lasts until the manager has closed its descriptor`() throws {
        let manager = try DatagramReceiver()
        let notifier = try #require(ServiceNotifier(socket: manager.path))
        // Nobody closes it: the message waits in the manager's queue.
        #expect(throws: NotifyError.timedOut(socket: manager.path)) { try notifier.barrier(within: .milliseconds(30)) }
        let first = try #require(manager.receive())
        #expect(first.text == "BARRIER=1")
        #expect(first.descriptors.count == 1)
        first.descriptors.forEach { close($0) }
    }

    @Test func `a barrier returns once the manager has answered`() async throws {
        let manager = try DatagramReceiver()
        let notifier = try #require(ServiceNotifier(socket: manager.path))
        let started = ContinuousClock.now
        async let passed: Void = Task.detached { try notifier.barrier(within: .seconds(30)) }.value
        manager.receive()?.descriptors.forEach { close($0) }
        try await passed
        #expect(ContinuousClock.now - started < .seconds(20))
    }

    @Test func `without a manager there is no notifier`() {
        #expect(ServiceNotifier(socket: nil) == nil)
        #expect(ServiceNotifier(socket: "") == nil)
        #expect(ServiceNotifier(socket: "relative") == nil)
    }

    @Test func `a manager that is gone or does not read is an error that names its socket`() throws {
        let notifier = try #require(ServiceNotifier(socket: "/nowhere/notify"))
        #expect(throws: NotifyError.cannotReach(socket: "/nowhere/notify", errno: ENOENT)) { try notifier.send([.ready]) }
        let manager = try DatagramReceiver()
        let impatient = try #require(ServiceNotifier(socket: manager.path, patience: .milliseconds(20)))
        #expect(throws: NotifyError.timedOut(socket: manager.path)) {
            for _ in 0..<10_000 { try impatient.send([.watchdog]) }
        }
    }
}

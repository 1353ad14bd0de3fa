import ApusMetrics
import DeliveryWorker
import HostTesting
import Hummingbird
import NIOCore
import NotificationMetrics
import NotificationStore
import NotificationTesting
import Testing

@Suite struct `One destination in trouble` {
    private let webhook = ChannelLabels(channel: .webhook)

    /// Stops without waiting for what hangs.
    private func impatient(_ configuration: inout WorkerConfiguration) { configuration.drainLimit = .zero }

    @Test func `that hangs, with two thousand webhooks, delays none to another`() async throws {
        try await withStore { store in
            try await RawReceiver.run(answer: { _ in .nothing }) { hanging, port in
                _ = try await store.enqueueWebhooks(2000, to: "http://127.0.0.1:\(port)/")
                try await Receiver.run { healthy, url in
                    _ = try await store.enqueueWebhooks(100, to: url)
                    let test = WorkerUnderTest(store, impatient)
                    let start = ContinuousClock.now
                    try await test.run { _ in
                        try await eventually("the healthy ones are delivered") { try await store.counts().delivered == 100 }
                        let time = ContinuousClock.now - start
                        #expect(time < .seconds(5), "less than one attempt takes at the one that hangs: \(time)")
                    }
                    #expect(healthy.arrivals.count == 100 && healthy.arrivals.values.allSatisfy { $0 == 1 })
                    #expect(hanging.requests <= 4, "a quarter of the attempts under way")
                    #expect(try await store.counts().attempts == 100)
                }
            }
        }
    }

    @Test func `is left alone after a few attempts, and what waits for it loses none`() async throws {
        try await withStore { store in
            // A port that refuses.
            let port = try LoopbackPort.free()
            let ids = try await store.enqueueWebhooks(40, to: "http://127.0.0.1:\(port)/")
            let test = WorkerUnderTest(store)
            try await test.run { _ in
                try await eventually("all have been looked at") {
                    var told = 0
                    for id in ids where try await store.record(of: id).lastError != nil { told += 1 }
                    return told == ids.count
                }
            }
            let attempts = try await store.counts().attempts
            #expect((3...7).contains(attempts), "\(attempts)")
            #expect(test.metrics.value(Notifications.closedDestinations) == 1)
            let deferred = test.metrics.value(Notifications.deferrals, DeferralLabels(reason: .closed)) ?? 0
            #expect(Int(deferred) >= ids.count - attempts)
            for id in ids { #expect(try await store.record(of: id).status == .pending) }
        }
    }

    @Test func `whose name server does not answer delays no other, and uses no attempt`() async throws {
        var receivers = ReceiverSettings()
        // Long enough that a machine with other work answers in time for a name that works.
        receivers.lookupTime = .seconds(2)
        let name = OpenGate()
        defer { name.open() }
        receivers.lookup = { host in
            if host.hasPrefix("dead") {
                name.wait()
                return .failure(.noAnswer("the test is over"))
            }
            return Result { [try SocketAddress(ipAddress: "127.0.0.1", port: 0)] }.mapError { .unknown("\($0)") }
        }
        try await withStore { store in
            try await Receiver.run { receiver, url in
                let port = url.split(separator: ":").last ?? ""
                var dead: [NotificationID] = []
                for number in 0..<20 { dead += try await store.enqueueWebhooks(to: "http://dead-\(number).test/") }
                for number in 0..<8 { _ = try await store.enqueueWebhooks(to: "http://healthy-\(number).test:\(port)/") }
                let test = WorkerUnderTest(store, receivers: receivers)
                try await test.run { _ in
                    // No dead name is answered before the test ends.
                    try await eventually("the healthy ones are delivered") { try await store.counts().delivered == 8 }
                    for id in dead {
                        try await eventually("deferred") { try await store.record(of: id).lastError != nil }
                    }
                }
                #expect(try await store.counts().attempts == 8, "none is used by a dead name")
                for id in dead {
                    let record = try await store.record(of: id)
                    #expect(record.status == .pending && record.attempts == 0)
                    #expect(record.lastError?.hasPrefix("deferred: the host's name cannot be looked up yet") == true)
                }
                #expect(receiver.webhooks.count == 8)
                #expect(test.metrics.value(Notifications.deferrals, DeferralLabels(reason: .name)) ?? 0 >= 20)
                #expect(test.metrics.value(Notifications.lookups, LookupLabels(result: .found)) == 8)
                #expect(
                    test.metrics.value(Notifications.failures, DeliveryFailureLabels(channel: .webhook, reason: .transient))
                        == 0)
            }
        }
    }

    @Test func `that closes the connection after each answer costs no attempt`() async throws {
        try await withStore { store in
            // It does not say so: the next request may be on its way.
            let answer = RawReceiver.Answer.closing("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            try await RawReceiver.run(answer: { _ in answer }) { receiver, port in
                let ids = try await store.enqueueWebhooks(200, to: "http://127.0.0.1:\(port)/")
                let test = WorkerUnderTest(store)
                try await test.run { _ in
                    try await eventually("all are delivered") { try await store.counts().delivered == ids.count }
                }
                #expect(try await store.counts().attempts == ids.count)
                #expect(receiver.requests == ids.count)
            }
        }
    }

    @Test func `that closes a kept connection without an answer is asked once more on a fresh one`() async throws {
        try await withStore { store in
            let answer: @Sendable (Int) -> RawReceiver.Answer = { number in
                // The second request meets a connection that is closed as it comes.
                number == 2 ? .closing("") : .bytes("HTTP/1.1 204 X\r\n\r\n")
            }
            try await RawReceiver.run(answer: answer) { receiver, port in
                let test = WorkerUnderTest(store)
                try await test.run { _ in
                    for count in 1...2 {
                        let id = try await store.enqueueWebhooks(to: "http://127.0.0.1:\(port)/")[0]
                        try await eventually("delivered \(count)") { try await store.record(of: id).status == .delivered }
                    }
                }
                #expect(receiver.connections == 2)
                #expect(receiver.requests == 3)
                #expect(try await store.counts().attempts == 2)
                #expect(test.metrics.value(Notifications.repeatedRequests) == 1)
            }
        }
    }

    @Test func `whose body never ends holds no place`() async throws {
        try await withStore { store in
            let answer = RawReceiver.Answer.bytes("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\nbeginning")
            try await RawReceiver.run(answer: { _ in answer }) { _, port in
                _ = try await store.enqueueWebhooks(100, to: "http://127.0.0.1:\(port)/")
                let test = WorkerUnderTest(store) { $0.concurrency = 2 }
                try await test.run { _ in
                    try await eventually("all are delivered") { try await store.counts().delivered == 100 }
                }
            }
        }
    }

    @Test func `that is gone ends its notification`() async throws {
        try await withStore { store in
            try await RawReceiver.run(answer: { _ in .bytes("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n") }) { _, port in
                let id = try await store.enqueueWebhooks(to: "http://127.0.0.1:\(port)/")[0]
                try await WorkerUnderTest(store).run { _ in
                    try await eventually("dead") { try await store.record(of: id).status == .dead }
                }
                #expect(try await store.record(of: id).lastError == "HTTP 410 Gone")
            }
        }
    }
}

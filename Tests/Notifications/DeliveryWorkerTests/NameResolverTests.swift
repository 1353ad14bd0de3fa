import ApusLimits
import DeliveryWorker
import HostTesting
import NIOCore
import NotificationMetrics
import Synchronization
import Testing

@Suite struct `The resolver` {
    private static func loopback() throws -> [SocketAddress] { [try SocketAddress(ipAddress: "127.0.0.1", port: 0)] }

    @Test func `asks once for all who wait for a name, and not at all for an address`() async throws {
        let asked = Mutex<[String]>([])
        let resolver = NameResolver(lookup: { name in
            asked.withLock { $0.append(name) }
            _ = comesTrue(within: .milliseconds(200)) { false }
            return Result(catching: Self.loopback).mapError { .unknown("\($0)") }
        })
        try await withThrowingTaskGroup(of: [SocketAddress].self) { group in
            for _ in 0..<50 { group.addTask { try await resolver.addresses(of: "a.test", port: 7) } }
            for try await addresses in group { #expect(addresses.map(\.port) == [7]) }
        }
        #expect(try await resolver.addresses(of: "a.test", port: 8).map(\.port) == [8])
        #expect(try await resolver.addresses(of: "::1", port: 9).map(\.port) == [9])
        #expect(asked.withLock { $0 } == ["a.test"])
    }

    @Test func `lets those go who have waited enough, and looks other names up meanwhile`() async throws {
        let results = Mutex<[LookupResult: Int]>([:])
        let gate = OpenGate()
        defer { gate.open() }
        let resolver = NameResolver(
            lookup: { name in
                if name.hasPrefix("dead") { gate.wait() }
                return Result(catching: Self.loopback).mapError { .unknown("\($0)") }
            }, patience: .milliseconds(100)
        ) { result, _ in results.withLock { $0[result, default: 0] += 1 } }
        await withTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        _ = try await resolver.addresses(of: "dead-\(number)", port: 1)
                        Issue.record("a dead name has an address")
                    } catch {
                        #expect(error as? LookupError == .noAnswer("no answer within 0.1 seconds"))
                    }
                }
            }
            group.addTask {
                let addresses = try? await resolver.addresses(of: "living", port: 1)
                #expect(addresses?.count == 1)
            }
        }
        try await eventually("all are counted") { results.withLock { $0[.timeout] } == 20 }
        #expect(results.withLock { $0[.found] } == 1)
    }

    @Test func `looks so many names up at a time, and goes on with those that somebody waits for`() async throws {
        let gate = OpenGate()
        let asked = Mutex(0)
        let most = Mutex(0)
        let resolver = NameResolver(lookup: { name in
            asked.withLock { $0 += 1 }
            gate.wait()
            return Result(catching: Self.loopback).mapError { .unknown("\($0)") }
        })
        let atOnce = DeliveryLimits.lookups.value * 3 / 4
        let names = DeliveryLimits.lookups.value + 10
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<names { group.addTask { _ = try await resolver.addresses(of: "n\(number)", port: 1) } }
            try await eventually("all threads are busy") { asked.withLock { $0 } == atOnce }
            most.withLock { $0 = asked.withLock { $0 } }
            gate.open()
            try await group.waitForAll()
        }
        #expect(most.withLock { $0 } == atOnce)
        #expect(asked.withLock { $0 } == names)
    }

    @Test func `takes no name for dead that only waited for a thread`() async throws {
        let gate = OpenGate()
        defer { gate.open() }
        let asked = Mutex<Set<String>>([])
        let resolver = NameResolver(
            lookup: { name in
                asked.withLock { _ = $0.insert(name) }
                if name.hasPrefix("dead") { gate.wait() }
                return Result(catching: Self.loopback).mapError { .unknown("\($0)") }
            }, patience: .milliseconds(100))
        // Dead ones take all threads of names that did not work before.
        let most = DeliveryLimits.lookups.value * 3 / 4
        await withTaskGroup { group in
            for number in 0..<most {
                group.addTask { _ = try? await resolver.addresses(of: "dead-\(number)", port: 1) }
            }
            try? await eventually("they are looked up") { asked.withLock { $0.count } == most }
            await #expect(throws: LookupError.busy(1)) { try await resolver.addresses(of: "living", port: 1) }
        }
        #expect(!asked.withLock { $0.contains("living") })
        gate.open()
        // Not for five seconds, as one that was not answered.
        try await eventually("it is looked up", within: .seconds(4)) {
            (try? await resolver.addresses(of: "living", port: 1))?.count == 1
        }
    }

    @Test func `knows the names of this host`() async throws {
        let addresses = try await NameResolver().addresses(of: "localhost", port: 80)
        #expect(addresses.contains { $0.ipAddress == "127.0.0.1" || $0.ipAddress == "::1" })
    }
}

@Suite struct `The queue of names` {
    private var queue = LookupQueue(threads: 8)

    private mutating func fill(_ lane: LookupQueue.Lane, _ count: Int) -> Int {
        (0..<count).count { queue.add("\(lane)-\($0)", lane) }
    }

    @Test
    mutating func `keeps threads for names that worked before, and some for new ones beside those that were not answered`() {
        #expect(fill(.slow, 20) == 4)
        #expect(fill(.new, 20) == 2)
        #expect(fill(.known, 20) == 2)
        #expect(queue.count == 16 + 18 + 18)
        #expect(!queue.accepts(.slow) && queue.accepts(.new) && queue.accepts(.known))
    }

    @Test mutating func `takes names that worked before first, and leaves out what nobody waits for`() {
        #expect(fill(.new, 6) == 6)
        #expect(fill(.known, 2) == 2)
        #expect(!queue.add("new", .new) && !queue.add("left", .new) && !queue.add("known", .known))
        queue.finish("new-0")
        #expect(queue.next { _, _ in true } == "known")
        #expect(queue.isUnderWay("known") && !queue.isUnderWay("new"))
        #expect(queue.next { _, _ in true } == nil, "all threads are taken")
        queue.finish("known-0")
        #expect(queue.next { name, _ in name != "new" } == "left")
        #expect(queue.count == 0)
    }
}

@Suite struct `The cache of names` {
    private let start = ContinuousClock.now
    private var cache = NameCache(mostNames: 3)

    private func found() throws -> [SocketAddress] { [try SocketAddress(ipAddress: "127.0.0.1", port: 0)] }

    @Test mutating func `gives addresses for a minute, and stale ones for ten while their server does not answer`() throws {
        cache.store(.success(try found()), of: "a", at: start)
        guard case .known = cache.answer("a", at: start + .seconds(59)) else {
            Issue.record("it is not known")
            return
        }
        guard case .stale = cache.answer("a", at: start + .seconds(61)) else {
            Issue.record("it is not stale")
            return
        }
        cache.store(.failure(.noAnswer("x")), of: "a", at: start + .seconds(61))
        guard case .known = cache.answer("a", at: start + .seconds(62)) else {
            Issue.record("it is not known")
            return
        }
        guard case .stale = cache.answer("a", at: start + .seconds(95)) else {
            Issue.record("it is not stale")
            return
        }
        guard case .none = cache.answer("a", at: start + .seconds(601)) else {
            Issue.record("it is kept")
            return
        }
    }

    @Test mutating func `says for half a minute that a name is unknown`() throws {
        cache.store(.success(try found()), of: "a", at: start)
        cache.store(.failure(.unknown("x")), of: "a", at: start)
        guard case .failed = cache.answer("a", at: start + .seconds(29)) else {
            Issue.record("it is not unknown")
            return
        }
        guard case .none = cache.answer("a", at: start + .seconds(31)) else {
            Issue.record("it is not asked for")
            return
        }
    }

    @Test mutating func `keeps so many names`() throws {
        for number in 0..<100 {
            cache.store(.success(try found()), of: "\(number)", at: start + .seconds(number))
            #expect(cache.count <= 3)
        }
        guard case .known = cache.answer("99", at: start + .seconds(100)) else {
            Issue.record("the last is forgotten")
            return
        }
    }
}

/// Lets threads wait that no task may hold.
final class OpenGate: Sendable {
    private let isOpen = Atomic<Bool>(false)

    func wait() { _ = comesTrue(within: .seconds(60)) { isOpen.load(ordering: .relaxed) } }
    func open() { isOpen.store(true, ordering: .relaxed) }
}

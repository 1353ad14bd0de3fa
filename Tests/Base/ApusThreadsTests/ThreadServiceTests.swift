import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

import ApusThreads

@Suite struct `A thread as a service` {
    /// Longer than any test may take: what ends in time was woken.
    private static let never = Duration.seconds(3600)

    /// A service whose loop says that it has begun, and then waits to be woken.
    private func waiting() -> (service: ThreadService, hasBegun: AsyncStream<Void>) {
        let (hasBegun, begin) = AsyncStream.makeStream(of: Void.self)
        let service = ThreadService(name: "waiting") { wake in
            begin.finish()
            while !wake.wait(atMost: Self.never) {}
        }
        return (service, hasBegun)
    }

    private func wait(for hasBegun: AsyncStream<Void>) async { for await _ in hasBegun {} }

    @Test func `ends when its loop ends`() async throws {
        let turns = Atomic<Int>(0)
        try await ThreadService(name: "short") { _ in turns.add(1, ordering: .relaxed) }.run()
        #expect(turns.load(ordering: .relaxed) == 1)
    }

    /// Of the calling thread: its name, and where it stands in /proc.
    private static func ownThread() throws -> (name: String, place: String) {
        let name = try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
        return (name, try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))
    }

    @Test func `runs on a thread of its own, which has its name`() async throws {
        let found = Mutex<(name: String, place: String)?>(nil)
        try await ThreadService(name: "apus-of-its-own") { _ in
            let thread = try? Self.ownThread()
            found.withLock { $0 = thread }
        }.run()
        let thread = try #require(found.withLock { $0 })
        #expect(thread.name == "apus-of-its-own\n")
        #expect(thread.place != (try Self.ownThread().place))
    }

    @Test func `is woken by the cancellation of its task`() async throws {
        let (service, hasBegun) = waiting()
        let task = Task { try await service.run() }
        await wait(for: hasBegun)
        task.cancel()
        try await task.value
    }

    @Test func `is woken by a graceful shutdown`() async throws {
        let (service, hasBegun) = waiting()
        let group = ServiceGroup(services: [service], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let task = Task { try await group.run() }
        await wait(for: hasBegun)
        await group.triggerGracefulShutdown()
        try await task.value
    }

    @Test func `is woken by a stop, and by one that came before it ran`() async throws {
        let (service, hasBegun) = waiting()
        let task = Task { try await service.run() }
        await wait(for: hasBegun)
        service.stop()
        try await task.value
        let (stopped, _) = waiting()
        stopped.stop()
        try await stopped.run()
    }

    @Test func `in a task that is cancelled already, has a loop that ends at once`() async throws {
        let (service, _) = waiting()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await service.run()
        }
        try await task.value
    }

    @Test func `holds no thread of the cooperative pool`() async throws {
        // More than there are threads in the pool.
        let services = (0..<2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)) + 8).map { _ in waiting() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (service, _) in services { group.addTask { try await service.run() } }
            for (_, hasBegun) in services { await wait(for: hasBegun) }
            let answer = await Task.detached { 42 }.value
            #expect(answer == 42)
            for (service, _) in services { service.stop() }
            try await group.waitForAll()
        }
    }

    @Test func `that the system grants no thread says so, and what to raise`() async {
        let service = ThreadService(name: "refused", start: { _ in false }) { _ in Issue.record("it runs all the same") }
        let error = await #expect(throws: ThreadRefused.self) { try await service.run() }
        #expect(error == ThreadRefused(name: "refused"))
        #expect(error?.description.contains("refused: raise the unit's TasksMax=") == true)
    }

    @Test func `that turns does so at once, and again after each interval, until it is stopped`() async throws {
        let turns = Atomic<Int>(0)
        let (third, reach) = AsyncStream.makeStream(of: Void.self)
        let service = ThreadService(name: "turning", every: .nanoseconds(1)) {
            if turns.add(1, ordering: .relaxed).newValue == 3 { reach.finish() }
        }
        let task = Task { try await service.run() }
        await wait(for: third)
        service.stop()
        try await task.value
        #expect(turns.load(ordering: .relaxed) >= 3)
    }

    @Test func `that turns is woken from a long interval`() async throws {
        let turns = Atomic<Int>(0)
        let (first, reach) = AsyncStream.makeStream(of: Void.self)
        let service = ThreadService(name: "turning", every: Self.never) {
            turns.add(1, ordering: .relaxed)
            reach.finish()
        }
        let task = Task { try await service.run() }
        await wait(for: first)
        task.cancel()
        try await task.value
        #expect(turns.load(ordering: .relaxed) == 1)
    }
}

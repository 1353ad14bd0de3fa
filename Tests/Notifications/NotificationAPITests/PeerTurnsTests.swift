import ApusHTTP
import HostTesting
import NotificationAPI
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct `The turns of peers` {
    private let flood = ConnectionPeer.ipv4(1)
    private let honest = ConnectionPeer.ipv4(2)

    /// Work that goes on until it is let go, and what was begun in which order.
    private final class Work: Sendable {
        private let isOpen = Atomic(false)
        private let order = Mutex<[ConnectionPeer]>([])

        var begun: [ConnectionPeer] { order.withLock { $0 } }
        func letGo() { isOpen.store(true, ordering: .relaxed) }

        func run(for peer: ConnectionPeer) async throws {
            order.withLock { $0.append(peer) }
            while !isOpen.load(ordering: .relaxed) { try await Task.sleep(for: .milliseconds(1)) }
            // Some time, of which whoever has used more comes later.
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private let work = Work()

    private func begin(_ turns: PeerTurns, _ peer: ConnectionPeer, bytes: Int = 1) -> Task<Void, any Error> {
        Task { [work] in try await turns.turn(of: peer, holding: bytes) { try await work.run(for: peer) } }
    }

    private func refusal(_ task: Task<Void, any Error>) async -> PeerTurns.Refusal? {
        do { try await task.value } catch { return error as? PeerTurns.Refusal }
        return nil
    }

    @Test func `have who comes first wait for one piece of another's work, however much of it waits`() async throws {
        let turns = PeerTurns(places: 1, mostBytes: 1000, patience: .seconds(60))
        let many = (0..<20).map { _ in begin(turns, flood) }
        try await eventually("all but one wait") { turns.waiting == 19 }
        let one = begin(turns, honest)
        try await eventually("it waits as well") { turns.waiting == 20 }
        work.letGo()
        try await one.value
        for task in many { try await task.value }
        #expect(work.begun.count == 21)
        #expect(work.begun.firstIndex(of: honest) == 1)
    }

    @Test func `refuse the last that waits of whoever has the most waiting`() async throws {
        let turns = PeerTurns(places: 1, mostBytes: 100, patience: .seconds(60))
        let first = begin(turns, flood)
        try await eventually("it works") { work.begun == [flood] }
        let second = begin(turns, flood, bytes: 50)
        try await eventually("it waits") { turns.waiting == 1 }
        let third = begin(turns, flood, bytes: 40)
        try await eventually("it waits") { turns.waiting == 2 }
        let other = begin(turns, honest, bytes: 20)
        #expect(await refusal(third) == .crowded)
        work.letGo()
        for task in [first, second, other] { #expect(await refusal(task) == nil) }
    }

    @Test func `refuse what has waited for too long`() async throws {
        let turns = PeerTurns(places: 1, mostBytes: 100, patience: .milliseconds(50))
        let first = begin(turns, flood)
        try await eventually("it works") { work.begun == [flood] }
        let late = begin(turns, honest)
        try await eventually("it waits") { turns.waiting == 1 }
        try await Task.sleep(for: .milliseconds(100))
        work.letGo()
        try await first.value
        #expect(await refusal(late) == .late)
        try await begin(turns, honest).value
        #expect(turns.waiting == 0)
    }
}

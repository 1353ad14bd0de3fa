import Synchronization

/// How often the life of an instance has taken a turn, of all instances together, so that whoever shows them knows when to look again.
final class LifeChanges: Sendable {
    private let changes = Atomic<UInt64>(0)

    var count: UInt64 { changes.load(ordering: .relaxed) }

    func note() { changes.wrappingAdd(1, ordering: .relaxed) }
}

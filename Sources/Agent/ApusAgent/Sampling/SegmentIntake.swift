import ApusThreads
import ServiceLifecycle

/// Takes in what is too much for one turn of whoever looks at a segment: a slice of each by turns, on a thread of its own, so that
/// neither a scrape nor another instance waits for one that has registered much.
final class SegmentIntake: Service {
    private let table: InstanceTable

    init(table: InstanceTable) { self.table = table }

    func run() async throws {
        try await ThreadService(name: "apus-intake") { [table] wake in
            repeat { table.takeIn { wake.isRaised } } while !wake.wait(atMost: .milliseconds(250))
        }.run()
    }
}

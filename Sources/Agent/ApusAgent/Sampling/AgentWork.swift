import CLinux
import AgentMetrics
import Synchronization

/// What the agent has done, counted for its own exposition.
final class AgentWork: Sendable {
    let startedAt = apus_monotonic_nanoseconds()
    private let samples = Atomic<UInt64>(0)
    private let lateSamples = Atomic<UInt64>(0)
    private let sampleCPU = Atomic<UInt64>(0)
    private let lastSample = Atomic<UInt64>(apus_monotonic_nanoseconds())
    private let scrapes = Atomic<UInt64>(0)
    private let scrapeCPU = Atomic<UInt64>(0)
    private let scrapeSize = Atomic<UInt64>(0)
    private let openScrapes = Atomic<Int>(0)
    private let abortedScrapes = Atomic<UInt64>(0)
    private let rejectedScrapes = Atomic<UInt64>(0)
    private let rejectedConnections = Atomic<UInt64>(0)
    private let refusals = Mutex<[RefusalReason: UInt64]>([:])

    func countSample(isLate: Bool, cpuNanoseconds: UInt64) {
        samples.add(1, ordering: .relaxed)
        if isLate { lateSamples.add(1, ordering: .relaxed) }
        sampleCPU.add(cpuNanoseconds, ordering: .relaxed)
        lastSample.store(apus_monotonic_nanoseconds(), ordering: .relaxed)
    }

    func countScrape(cpuNanoseconds: UInt64, bytes: Int) {
        scrapes.add(1, ordering: .relaxed)
        scrapeCPU.add(cpuNanoseconds, ordering: .relaxed)
        scrapeSize.store(UInt64(bytes), ordering: .relaxed)
    }

    /// Scrapes that may be under way at a time.
    static let scrapeLimit = 32

    /// Whether one more scrape may begin; ``endScrape()`` must follow then.
    func beginScrape() -> Bool {
        if openScrapes.add(1, ordering: .relaxed).newValue <= Self.scrapeLimit { return true }
        openScrapes.subtract(1, ordering: .relaxed)
        rejectedScrapes.add(1, ordering: .relaxed)
        return false
    }

    func endScrape() { openScrapes.subtract(1, ordering: .relaxed) }

    func countAbortedScrape(cpuNanoseconds: UInt64) {
        abortedScrapes.add(1, ordering: .relaxed)
        scrapeCPU.add(cpuNanoseconds, ordering: .relaxed)
    }

    func countRefusal(_ reason: RefusalReason) {
        refusals.withLock { $0[reason, default: 0] += 1 }
    }

    func countRejectedConnection() { rejectedConnections.add(1, ordering: .relaxed) }

    /// Seconds since the sampling loop's last turn.
    var sampleAge: Double {
        let last = lastSample.load(ordering: .relaxed)
        return Double(max(apus_monotonic_nanoseconds(), last) - last) / 1e9
    }

    /// The counts at this moment.
    var totals: Totals {
        Totals(
            samples: samples.load(ordering: .relaxed), lateSamples: lateSamples.load(ordering: .relaxed),
            sampleCPU: Double(sampleCPU.load(ordering: .relaxed)) / 1e9, scrapes: scrapes.load(ordering: .relaxed),
            scrapeCPU: Double(scrapeCPU.load(ordering: .relaxed)) / 1e9, scrapeSize: scrapeSize.load(ordering: .relaxed),
            abortedScrapes: abortedScrapes.load(ordering: .relaxed), rejectedScrapes: rejectedScrapes.load(ordering: .relaxed),
            rejectedConnections: rejectedConnections.load(ordering: .relaxed), refusals: refusals.withLock { $0 })
    }

    /// Seconds and counts since the agent's start.
    struct Totals: Sendable {
        let samples: UInt64
        let lateSamples: UInt64
        let sampleCPU: Double
        let scrapes: UInt64
        let scrapeCPU: Double
        let scrapeSize: UInt64
        let abortedScrapes: UInt64
        let rejectedScrapes: UInt64
        let rejectedConnections: UInt64
        let refusals: [RefusalReason: UInt64]
    }
}

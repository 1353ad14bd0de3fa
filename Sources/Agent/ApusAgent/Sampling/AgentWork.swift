package import AgentMetrics
import Synchronization

/// What the agent has done, counted for its own exposition.
package final class AgentWork: Sendable {
    /// When the agent began, and when the sampling loop turned last: CLOCK_MONOTONIC in nanoseconds.
    let startedAt: UInt64
    /// When the agent began, in seconds since the Unix epoch, by the clock as it was set then.
    let began: Double
    private let samples = Atomic<UInt64>(0)
    private let lateSamples = Atomic<UInt64>(0)
    private let sampleCPU = Atomic<UInt64>(0)
    private let lastSample: Atomic<UInt64>
    private let scrapes = Atomic<UInt64>(0)
    private let scrapeCPU = Atomic<UInt64>(0)
    private let scrapeSize = Atomic<UInt64>(0)
    private let abortedScrapes = Atomic<UInt64>(0)
    private let rejectedScrapes = Atomic<UInt64>(0)
    private let rejectedConnections = Atomic<UInt64>(0)
    private let acceptPauses = Atomic<UInt64>(0)
    private let forgottenInstances = Atomic<UInt64>(0)
    private let refusedHosts = Atomic<UInt64>(0)
    private let seriesLeftOut = Atomic<UInt64>(0)
    private let unservedGroups = Atomic<Int>(0)
    private let storeMessages = Atomic<UInt64>(0)
    private let storeWaiting = Atomic<Int>(0)
    private let proportionalReadings = Atomic<UInt64>(0)
    private let proportionalCPU = Atomic<UInt64>(0)
    private let socketReadings = Atomic<UInt64>(0)
    private let socketCPU = Atomic<UInt64>(0)
    private let passwordChecks = Atomic<UInt64>(0)
    private let denials = Mutex<[DenialReason: UInt64]>([:])
    private let cuts = Mutex<[HTTPConnectionCut: UInt64]>([:])
    private let refusals = Mutex<[RefusalReason: UInt64]>([:])

    package init(at now: Moment) {
        startedAt = now.monotonic
        began = now.realtime
        lastSample = Atomic(now.monotonic)
    }

    package func countSample(isLate: Bool, cpuNanoseconds: UInt64, at now: Moment) {
        samples.add(1, ordering: .relaxed)
        if isLate { lateSamples.add(1, ordering: .relaxed) }
        sampleCPU.add(cpuNanoseconds, ordering: .relaxed)
        lastSample.store(now.monotonic, ordering: .relaxed)
    }

    package func countScrape(cpuNanoseconds: UInt64, bytes: Int) {
        scrapes.add(1, ordering: .relaxed)
        scrapeCPU.add(cpuNanoseconds, ordering: .relaxed)
        scrapeSize.store(UInt64(bytes), ordering: .relaxed)
    }

    package func countRejectedScrape() { rejectedScrapes.add(1, ordering: .relaxed) }

    package func countAbortedScrape(cpuNanoseconds: UInt64) {
        abortedScrapes.add(1, ordering: .relaxed)
        scrapeCPU.add(cpuNanoseconds, ordering: .relaxed)
    }

    package func countRefusal(_ reason: RefusalReason) {
        refusals.withLock { $0[reason, default: 0] += 1 }
    }

    /// Counts series that were left out of a report that was taken.
    package func countLeftOut(_ count: Int) { seriesLeftOut.add(UInt64(max(0, count)), ordering: .relaxed) }

    /// Takes note of how many captured groups the last exposition had no room for.
    package func noteUnserved(groups: Int) { unservedGroups.store(groups, ordering: .relaxed) }

    package func countRejectedConnection() { rejectedConnections.add(1, ordering: .relaxed) }

    package func countCut(_ reason: HTTPConnectionCut) { cuts.withLock { $0[reason, default: 0] += 1 } }

    package func countAcceptPause() { acceptPauses.add(1, ordering: .relaxed) }

    package func countForgotten() { forgottenInstances.add(1, ordering: .relaxed) }

    /// Takes note of messages about kept segments: how many were sent, and how many wait now.
    package func noteStore(sent: Int, waiting: Int) {
        storeMessages.add(UInt64(sent), ordering: .relaxed)
        storeWaiting.store(waiting, ordering: .relaxed)
    }

    package func countProportional(cpuNanoseconds: UInt64) {
        proportionalReadings.add(1, ordering: .relaxed)
        proportionalCPU.add(cpuNanoseconds, ordering: .relaxed)
    }

    package func countSockets(cpuNanoseconds: UInt64) {
        socketReadings.add(1, ordering: .relaxed)
        socketCPU.add(cpuNanoseconds, ordering: .relaxed)
    }

    package func countRefusedHost() { refusedHosts.add(1, ordering: .relaxed) }

    package func countPasswordCheck() { passwordChecks.add(1, ordering: .relaxed) }

    package func countDenial(_ reason: DenialReason) { denials.withLock { $0[reason, default: 0] += 1 } }

    /// Seconds since the sampling loop's last turn.
    func sampleAge(at now: Moment) -> Double { now.seconds(since: lastSample.load(ordering: .relaxed)) }

    /// The counts at this moment.
    var totals: Totals {
        Totals(
            samples: samples.load(ordering: .relaxed), lateSamples: lateSamples.load(ordering: .relaxed),
            sampleCPU: Double(sampleCPU.load(ordering: .relaxed)) / 1e9, scrapes: scrapes.load(ordering: .relaxed),
            scrapeCPU: Double(scrapeCPU.load(ordering: .relaxed)) / 1e9, scrapeSize: scrapeSize.load(ordering: .relaxed),
            abortedScrapes: abortedScrapes.load(ordering: .relaxed), rejectedScrapes: rejectedScrapes.load(ordering: .relaxed),
            rejectedConnections: rejectedConnections.load(ordering: .relaxed), cuts: cuts.withLock { $0 },
            acceptPauses: acceptPauses.load(ordering: .relaxed), refusedHosts: refusedHosts.load(ordering: .relaxed),
            passwordChecks: passwordChecks.load(ordering: .relaxed), denials: denials.withLock { $0 },
            forgottenInstances: forgottenInstances.load(ordering: .relaxed), refusals: refusals.withLock { $0 },
            seriesLeftOut: seriesLeftOut.load(ordering: .relaxed), unservedGroups: unservedGroups.load(ordering: .relaxed),
            proportionalReadings: proportionalReadings.load(ordering: .relaxed),
            proportionalCPU: Double(proportionalCPU.load(ordering: .relaxed)) / 1e9,
            socketReadings: socketReadings.load(ordering: .relaxed),
            socketCPU: Double(socketCPU.load(ordering: .relaxed)) / 1e9,
            storeMessages: storeMessages.load(ordering: .relaxed),
            storeWaiting: storeWaiting.load(ordering: .relaxed))
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
        let cuts: [HTTPConnectionCut: UInt64]
        let acceptPauses: UInt64
        let refusedHosts: UInt64
        let passwordChecks: UInt64
        let denials: [DenialReason: UInt64]
        let forgottenInstances: UInt64
        let refusals: [RefusalReason: UInt64]
        let seriesLeftOut: UInt64
        let unservedGroups: Int
        let proportionalReadings: UInt64
        let proportionalCPU: Double
        let socketReadings: UInt64
        let socketCPU: Double
        let storeMessages: UInt64
        let storeWaiting: Int
    }
}

import AgentMetrics
import ApusLinux
import ApusMetrics

/// What the agent has done, and what that has cost.
struct WorkSource: Source {
    static let name = "work"
    static let cadence = Cadence.look

    struct Reading: Sendable {
        let totals: AgentWork.Totals
        let instances: Int
        let unwatched: Int
        let unwatchedControlGroups: Int
        let forgottenGroups: UInt64
        let socketGaps: [SocketGap: Int]
        /// Seconds since the sampling loop's last turn.
        let sampleAge: Double
        /// When the agent began, in seconds since the Unix epoch.
        let began: Double
        let configuration: ConfigurationStanding
    }

    static let rows: [Row<Reading>] = [
        Row(Agent.buildInfo, VersionLabels(version: productVersion)) { _ in 1 },
        Row(Agent.instances) { $0.instances },
        Row(Agent.unwatchedProcesses) { $0.unwatched },
        Row(Agent.unwatchedControlGroups) { $0.unwatchedControlGroups },
        Row(Agent.proportionalReadings) { $0.totals.proportionalReadings },
        Row(Agent.proportionalCPU) { $0.totals.proportionalCPU },
        Row(Agent.socketReadings) { $0.totals.socketReadings },
        Row(Agent.socketCPU) { $0.totals.socketCPU },
        Row.all(Agent.unreadSockets) { reading, labels in reading.socketGaps[labels.reason] ?? 0 },
        Row(Agent.forgottenInstances) { $0.totals.forgottenInstances },
        Row(Agent.forgottenGroups) { $0.forgottenGroups },
        Row(Agent.unservedGroups) { $0.totals.unservedGroups },
        Row(Agent.samples) { $0.totals.samples },
        Row(Agent.lateSamples) { $0.totals.lateSamples },
        Row(Agent.sampleCPU) { $0.totals.sampleCPU },
        Row(Agent.sampleAge) { $0.sampleAge },
        Row(Agent.scrapes) { $0.totals.scrapes },
        Row(Agent.scrapesAborted) { $0.totals.abortedScrapes },
        Row(Agent.scrapesRejected) { $0.totals.rejectedScrapes },
        Row(Agent.scrapeCPU) { $0.totals.scrapeCPU },
        Row(Agent.scrapeSize) { $0.totals.scrapeSize },
        Row.all(Agent.refusals) { reading, labels in reading.totals.refusals[labels.reason] ?? 0 },
        Row(Agent.seriesLeftOut) { $0.totals.seriesLeftOut },
        Row(Agent.connectionsRejected) { $0.totals.rejectedConnections },
        Row.all(Agent.connectionsCut) { reading, labels in reading.totals.cuts[labels.reason] ?? 0 },
        Row(Agent.acceptPauses) { $0.totals.acceptPauses },
        Row(Agent.hostsRefused) { $0.totals.refusedHosts },
        Row.all(Agent.requestsDenied) { reading, labels in reading.totals.denials[labels.reason] ?? 0 },
        Row(Agent.passwordChecks) { $0.totals.passwordChecks },
        Row(Agent.certificateEnd) { $0.configuration.certificateEnd },
        Row(Agent.configurationTaken) { $0.configuration.isCurrent ? 1 : 0 },
        Row(Agent.configurationTime) { $0.configuration.takenAt },
        Row(Agent.storeMessages) { $0.totals.storeMessages },
        Row(Agent.storeWaiting) { $0.totals.storeWaiting },
    ]

    static func start(in reading: Reading) -> Double? { reading.began }

    private let subject: HostSubject

    init?(_ subject: HostSubject) { self.subject = subject }

    func read(at now: Moment) throws(LinuxError) -> Reading {
        Reading(
            totals: subject.work.totals, instances: subject.instances(), unwatched: subject.unwatchedProcesses(),
            unwatchedControlGroups: subject.unwatchedControlGroups(),
            forgottenGroups: subject.forgottenGroups(),
            socketGaps: subject.socketGaps().reduce(into: [:]) { $0[$1, default: 0] += 1 },
            sampleAge: subject.work.sampleAge(at: now), began: subject.work.began, configuration: subject.configuration())
    }
}

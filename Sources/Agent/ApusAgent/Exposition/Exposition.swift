import ApusLinux
import ApusMetrics
import CLinux
import EventCatalog
import Glibc
import Logging
import AgentMetrics
import Synchronization

/// Plans what `/metrics` serves: all instances, family by family.
final class Exposition: Sendable {
    private let table: InstanceTable
    private let work: AgentWork
    private let own: ProcessSource?
    private let sources: [any FamilySource]
    private let seriesLimit: Int
    private let createdSeries: Bool
    private let logger: Logger
    private let clashes = Mutex<Set<String>>([])
    /// Instances of which the log says already that not all of their series are served.
    private let clipped = Mutex<Set<InstanceIdentity>>([])

    init(
        table: InstanceTable, work: AgentWork, seriesLimit: Int, createdSeries: Bool, sources: [any FamilySource] = [],
        logger: Logger
    ) {
        self.sources = sources
        self.table = table
        self.work = work
        self.seriesLimit = seriesLimit
        self.createdSeries = createdSeries
        self.logger = logger
        own = try? ProcessSource(pid: getpid())
    }

    /// The whole exposition at once.
    func render(_ format: ExpositionFormat = .text004) -> [UInt8] {
        let stream = stream(format, ticket: nil)
        var bytes: [UInt8] = []
        while !stream.isFinished {
            stream.advance()
            bytes.append(contentsOf: stream.bytes)
        }
        return bytes
    }

    /// The exposition in pieces. What belongs to it is settled here, values are read as the pieces are made.
    func stream(_ format: ExpositionFormat, ticket: ScrapeTicket?) -> ExpositionStream {
        let cpu = apus_thread_cpu_nanoseconds()
        let instances = table.instances
        let watched = instances.map { ($0, look($0)) }
        var steps = InstanceSeries.byFamily.map { ExpositionStream.Step.instances($0) }
        planReported(instances, &steps)
        steps.append(contentsOf: sources.map { .source($0) })
        steps.append(.own)
        return ExpositionStream(
            format: format, createdSeries: createdSeries, steps: steps, instances: watched, exposition: self, work: work,
            ticket: ticket,
            cpuNanoseconds: apus_thread_cpu_nanoseconds() - cpu)
    }

    /// Reads one instance afresh.
    func look(_ instance: Instance) -> InstanceView {
        let view = instance.look(seriesLimit: seriesLimit)
        if let fault = view.segmentFault {
            work.countRefusal(.content)
            logger.error(
                "the segment of an instance is malformed; what was good before is served on",
                metadata: CataloguedEvent.segmentMalformed.metadata(["instance": "\(view.key)", "fault": "\(fault)"]))
        }
        if view.segmentFault == nil, view.unreadSeries > 0, clipped.withLock({ $0.insert(view.key).inserted }) {
            logger.warning(
                "an instance has more series than are served; --series-limit says how many",
                metadata: ["instance": "\(view.key)", "limit": "\(seriesLimit)", "unread": "\(view.unreadSeries)"])
        }
        return view
    }

    private func planReported(_ instances: [Instance], _ steps: inout [ExpositionStream.Step]) {
        var families: [String: MetricFamily] = [:]
        var reporting: [String: [ReportedFamily]] = [:]
        for instance in instances {
            for reported in instance.reported() {
                let family = reported.family
                // Services that disagree on a kind cannot share a family; the first by name is served.
                guard families[family.name, default: family].kind == family.kind else {
                    reportClash(family, of: instance)
                    continue
                }
                families[family.name] = families[family.name] ?? family
                reporting[family.name, default: []].append(reported)
            }
        }
        var taken = sources.reduce(into: Self.ownNames) { $0.formUnion($1.claimedNames) }
        for family in families.values.sorted(by: { $0.name < $1.name }) {
            // Refused in text too, where only OpenMetrics would break: both formats serve the same series.
            guard taken.isDisjoint(with: family.claimedNames) else {
                reportClash(family, of: nil)
                continue
            }
            taken.formUnion(family.claimedNames)
            steps.append(.begin(family))
            steps.append(contentsOf: (reporting[family.name] ?? []).map { .reported($0) })
        }
    }

    /// The names of what the agent serves itself.
    static let ownNames = Set(
        (InstanceSeries.allCases.map(\.family) + MetricCatalog.agentFamilies).flatMap(\.claimedNames)
    ).subtracting(ServiceProcess.heap.family.claimedNames)

    /// Says once of each family that it is not served, of one instance or of any.
    private func reportClash(_ family: MetricFamily, of instance: Instance?) {
        let whose = instance.map { "\($0.key)" } ?? "all"
        guard clashes.withLock({ $0.insert("\(family.name) \(whose)").inserted }) else { return }
        logger.error(
            "a reported family is not served: another one has its name or that of one of its samples",
            metadata: ["family": "\(family.name)", "kind": "\(family.kind)", "instance": "\(whose)"])
    }

    func writeOwn(instances: Int, to encoder: inout ExpositionEncoder) {
        if let own, let sample = try? own.sample() {
            encoder.family(AgentProcess.cpu, sample.cpuSeconds)
            encoder.family(AgentProcess.residentMemory, Double(sample.residentBytes))
            encoder.family(AgentProcess.virtualMemory, Double(sample.virtualBytes))
            if let open = sample.openFiles { encoder.family(AgentProcess.openFiles, Double(open)) }
            if let most = sample.maxFiles { encoder.family(AgentProcess.maxFiles, Double(most)) }
            encoder.family(AgentProcess.startTime, own.startTime)
        }
        let totals = work.totals
        encoder.family(Agent.buildInfo, [(VersionLabels(version: agentVersion), 1)])
        encoder.family(Agent.instances, Double(instances))
        encoder.family(Agent.samples, Double(totals.samples))
        encoder.family(Agent.lateSamples, Double(totals.lateSamples))
        encoder.family(Agent.sampleCPU, totals.sampleCPU)
        encoder.family(Agent.sampleAge, work.sampleAge)
        encoder.family(Agent.scrapes, Double(totals.scrapes))
        encoder.family(Agent.scrapesAborted, Double(totals.abortedScrapes))
        encoder.family(Agent.scrapesRejected, Double(totals.rejectedScrapes))
        encoder.family(Agent.scrapeCPU, totals.scrapeCPU)
        encoder.family(Agent.scrapeSize, Double(totals.scrapeSize))
        encoder.family(
            Agent.refusals,
            RefusalReason.allCases.map { (RefusalLabels(reason: $0), Double(totals.refusals[$0] ?? 0)) })
        encoder.family(Agent.connectionsRejected, Double(totals.rejectedConnections))
    }
}

extension InstanceSeries {
    /// Cases that share a family, in order.
    static let byFamily: [[InstanceSeries]] = {
        var groups: [[InstanceSeries]] = []
        for series in allCases {
            if let last = groups.last?.first, last.family.name == series.family.name {
                groups[groups.count - 1].append(series)
            } else {
                groups.append([series])
            }
        }
        return groups
    }()
}

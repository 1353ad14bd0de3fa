import ApusLinux
import ApusMetrics
import CLinux
import Glibc
import Logging
import MetricCatalog
import Synchronization

/// Renders what `/metrics` serves: one walk over all instances, family by family.
final class Exposition: Sendable {
    private let table: InstanceTable
    private let work: AgentWork
    private let own: ProcessSource?
    private let seriesLimit: Int
    private let logger: Logger
    private let clashes = Mutex<Set<String>>([])

    init(table: InstanceTable, work: AgentWork, seriesLimit: Int, logger: Logger) {
        self.table = table
        self.work = work
        self.seriesLimit = seriesLimit
        self.logger = logger
        own = try? ProcessSource(pid: getpid())
    }

    /// The whole exposition.
    func render(_ format: ExpositionFormat = .text004) -> [UInt8] {
        let cpu = apus_thread_cpu_nanoseconds()
        var encoder = TextEncoder(format: format, reservingCapacity: Int(work.totals.scrapeSize) + 4096)
        let instances = table.instances
        let views = instances.map { look($0) }
        writeInstances(instances, views, to: &encoder)
        writeReported(instances, to: &encoder)
        writeOwn(instances: views.count, to: &encoder)
        encoder.finish()
        work.countScrape(cpuNanoseconds: apus_thread_cpu_nanoseconds() - cpu, bytes: encoder.bytes.count)
        return encoder.bytes
    }

    /// Reads one instance afresh.
    func look(_ instance: Instance) -> InstanceView {
        let view = instance.look(seriesLimit: seriesLimit)
        if let fault = view.segmentFault {
            work.countRefusal(.content)
            logger.error(
                "the segment of an instance is malformed; what was good before is served on",
                metadata: ["instance": "\(view.key)", "fault": "\(fault)"])
        }
        return view
    }

    private func writeInstances(_ instances: [Instance], _ views: [InstanceView], to encoder: inout TextEncoder) {
        let now = Double(apus_realtime_nanoseconds()) / 1e9
        var open: String?
        // Grouped by family: cases of one family stand side by side.
        for group in InstanceSeries.byFamily {
            for (instance, view) in zip(instances, views) {
                for series in group {
                    guard let value = series.value(view, now: now) else { continue }
                    if open != series.family.name {
                        encoder.begin(series.family)
                        open = series.family.name
                    }
                    encoder.sample(prefix: instance.prefixes[series.rawValue], value)
                }
            }
        }
    }

    private func writeReported(_ instances: [Instance], to encoder: inout TextEncoder) {
        var families: [String: MetricFamily] = [:]
        var reporting: [String: [Instance]] = [:]
        for instance in instances {
            for family in instance.families() {
                // Services that disagree on a kind cannot share a family; the first by name is served.
                guard families[family.name, default: family].kind == family.kind else { continue }
                families[family.name] = families[family.name] ?? family
                reporting[family.name, default: []].append(instance)
            }
        }
        var taken = Self.ownNames
        for family in families.values.sorted(by: { $0.name < $1.name }) {
            // Refused in text too, where only OpenMetrics would break: both formats serve the same series.
            guard taken.isDisjoint(with: family.claimedNames) else {
                reportClash(family)
                continue
            }
            taken.formUnion(family.claimedNames)
            write(family, reporting[family.name] ?? [], to: &encoder)
        }
    }

    /// The names of what the agent serves itself.
    private static let ownNames = Set(
        (InstanceSeries.allCases.map(\.family) + MetricCatalog.agentFamilies).flatMap(\.claimedNames)
    ).subtracting(ServiceProcess.heap.family.claimedNames)

    /// Says once of each family that it is not served.
    private func reportClash(_ family: MetricFamily) {
        guard clashes.withLock({ $0.insert(family.name).inserted }) else { return }
        logger.error(
            "a reported family is not served: another one has its name or that of one of its samples",
            metadata: ["family": "\(family.name)"])
    }

    private func write(_ family: MetricFamily, _ instances: [Instance], to encoder: inout TextEncoder) {
        encoder.begin(family)
        for instance in instances { instance.write(family: family.name, to: &encoder) }
    }

    private func writeOwn(instances: Int, to encoder: inout TextEncoder) {
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

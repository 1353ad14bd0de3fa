import ApusMetrics
import CLinux

/// One exposition, made piece by piece: memory for a piece, whatever the whole comes to.
///
/// Belongs to one thread. Which series there are was settled when it was planned; what ends meanwhile is served to its end, and
/// what comes meanwhile waits for the next scrape.
final class ExpositionStream {
    enum Step {
        /// Series that the agent makes for every instance, of one family.
        case instances([InstanceSeries])
        case begin(MetricFamily)
        /// The series of the family that has begun, of one instance.
        case reported(ReportedFamily)
        /// What does not come from instances, as a whole.
        case source(any FamilySource)
        /// What the agent says of itself.
        case own
    }

    /// A piece ends with the write that takes it past this size, in bytes. With that write it stays below the size from which
    /// malloc asks the kernel for each block anew, and within a processor's second cache.
    static let pieceSize = 1 << 16

    /// The piece made last.
    var bytes: [UInt8] { encoder.bytes }
    private(set) var isFinished = false

    private let steps: [Step]
    private let instances: [(Instance, InstanceView)]
    private let exposition: Exposition
    private let work: AgentWork
    private let ticket: ScrapeTicket?
    private var encoder: ExpositionEncoder
    private var step = 0
    /// The first series of the step that has not been written.
    private var series = 0
    private var values: [UInt64] = []
    private var cpuNanoseconds: UInt64
    private var size = 0

    /// - Parameter cpuNanoseconds: what the plan has cost.
    init(
        format: ExpositionFormat, createdSeries: Bool, steps: [Step], instances: [(Instance, InstanceView)],
        exposition: Exposition, work: AgentWork,
        ticket: ScrapeTicket?, cpuNanoseconds: UInt64
    ) {
        encoder = ExpositionEncoder(format: format)
        encoder.writesCreated = createdSeries
        self.steps = steps
        self.instances = instances
        self.exposition = exposition
        self.work = work
        self.ticket = ticket
        self.cpuNanoseconds = cpuNanoseconds
    }

    deinit {
        if !isFinished { work.countAbortedScrape(cpuNanoseconds: cpuNanoseconds) }
    }

    /// Makes the next piece.
    func advance() {
        guard !isFinished else { return }
        let cpu = apus_thread_cpu_nanoseconds()
        encoder.removeAll(keepingCapacity: true)
        while encoder.bytes.count < Self.pieceSize, step < steps.count {
            if write(steps[step]) {
                step += 1
                series = 0
            }
        }
        if step == steps.count {
            encoder.finish()
            isFinished = true
        }
        size += encoder.bytes.count
        cpuNanoseconds += apus_thread_cpu_nanoseconds() - cpu
        if isFinished { work.countScrape(cpuNanoseconds: cpuNanoseconds, bytes: size) }
    }

    /// Writes a step, or a part of it; returns whether it is done.
    private func write(_ step: Step) -> Bool {
        switch step {
        case .instances(let group): writeInstances(group)
        case .begin(let family): encoder.begin(family)
        case .reported(let reported):
            series = reported.write(from: series, values: &values, to: &encoder)
            return series >= reported.seriesCount
        case .source(let source): source.write(to: &encoder)
        case .own: exposition.writeOwn(instances: instances.count, to: &encoder)
        }
        return true
    }

    private func writeInstances(_ group: [InstanceSeries]) {
        let now = Double(apus_realtime_nanoseconds()) / 1e9
        var isOpen = false
        for (instance, view) in instances {
            for series in group {
                guard let value = series.value(view, now: now) else { continue }
                if !isOpen {
                    encoder.begin(series.family)
                    isOpen = true
                }
                encoder.point(
                    Point(labels: instance.labels[series.rawValue], value: .double(value)), of: series.family)
            }
        }
    }
}

import ApusMetrics
import CLinux
import NIOCore

/// One exposition, made piece by piece: memory for a piece, whatever the whole comes to.
///
/// Belongs to one thread. Which series there are was settled when it was planned; what ends meanwhile is served to its end, and
/// what comes meanwhile waits for the next scrape.
final class ExpositionStream {
    enum Step {
        /// A family of the sources' rows, with its series of the host and of every instance.
        case rows(Exposition.RowFamily)
        /// A family that has its series from one place.
        case value(MetricFamily, RowValue)
        /// Begins a family, unless it has begun already; one with classic and native histograms is classic throughout.
        case begin(ReportedFamily, isMixed: Bool)
        /// The series of the family that has begun, of one instance.
        case reported(ReportedFamily)
    }

    /// A piece ends with the write that takes it past this size, in bytes. With that write it stays below what a socket takes at once,
    /// and within a processor's second cache; each piece wakes the client.
    static let pieceSize = 1 << 17

    /// The piece made last. Its memory is used for the next one where nobody else refers to it by then.
    private(set) var piece = ByteBuffer()
    private(set) var isFinished = false

    private let steps: [Step]
    private let host: SubjectValues
    private let instances: AllSubjectValues
    private let groups: AllSubjectValues
    private let work: AgentWork
    /// What it writes follows the piece; series that others report are written there at once.
    private var encoder: ExpositionEncoder
    private var step = 0
    /// The first series of the step that has not been written; of rows, how many subjects have been.
    private var series = 0
    private var readings = SeriesTable.Readings()
    /// The bits of the numbers of lines that are to be written at a time.
    private var numbers: [UInt64] = []
    /// The name of the family that has begun last.
    private var begun: String?
    private var cpuNanoseconds: UInt64
    private var size = 0
    private var budget: SampleBudget
    /// Samples of the agent's own so far.
    private var written = 0
    /// About how many they will be.
    private let ownSamples: Int
    /// The first series of the step that there is no room for; `nil` until that is known.
    private var granted: Int?

    /// - Parameters:
    ///   - ownSamples: about how many of the agent's own there will be.
    ///   - cpuNanoseconds: what the plan has cost.
    init(
        format: ExpositionFormat, createdSeries: Bool, steps: [Step], host: SubjectValues, instances: [SubjectValues],
        groups: [SubjectValues], work: AgentWork, sampleLimit: Int, ownSamples: Int, cpuNanoseconds: UInt64
    ) {
        encoder = ExpositionEncoder(format: format)
        encoder.writesCreated = createdSeries
        self.steps = steps
        self.ownSamples = ownSamples
        budget = SampleBudget(
            steps.compactMap { if case .reported(let family) = $0 { family } else { nil } }, limit: sampleLimit,
            createdSeries: createdSeries && format == .openMetrics100)
        self.host = host
        self.instances = AllSubjectValues(instances)
        self.groups = AllSubjectValues(groups)
        self.work = work
        self.cpuNanoseconds = cpuNanoseconds
    }

    deinit {
        if !isFinished { work.countAbortedScrape(cpuNanoseconds: cpuNanoseconds) }
    }

    /// Makes the next piece.
    func advance() {
        guard !isFinished else { return }
        let cpu = apus_thread_cpu_nanoseconds()
        piece.clear()
        while piece.readableBytes + encoder.bytes.count < Self.pieceSize, step < steps.count {
            if write(steps[step]) {
                step += 1
                series = 0
                granted = nil
            }
        }
        if step == steps.count {
            encoder.finish()
            budget.settle()
            isFinished = true
        }
        piece.take(from: &encoder)
        size += piece.readableBytes
        cpuNanoseconds += apus_thread_cpu_nanoseconds() - cpu
        if isFinished { work.countScrape(cpuNanoseconds: cpuNanoseconds, bytes: size) }
    }

    /// Writes a step, or a part of it; returns whether it is done.
    private func write(_ step: Step) -> Bool {
        switch step {
        case .rows(let rows):
            return write(rows)
        case .value(let family, let value):
            var isOpen = false
            write(value, [], of: family, &isOpen)
        case .begin(let family, let isMixed):
            encoder.writesNative = !isMixed
            if family.name != begun { begin(family.name) { family.begin(in: &$0) } }
        case .reported(let reported):
            // Families of the agent's own, of which some have reported series too, stand among those that are to come.
            let end = granted ?? budget.grant(reported, written: max(written, ownSamples))
            granted = end
            guard series < end else { return true }
            series = reported.write(from: series, before: end, readings: &readings, to: &encoder, &piece)
            return series >= end
        }
        return true
    }

    /// Lines that are written at a time, or those of one subject.
    private static let batch = 512

    /// Writes rows of a family: first the host's, then those of instances and of groups, a batch at a time; returns whether all are written.
    private func write(_ rows: Exposition.RowFamily) -> Bool {
        var isOpen = begun == rows.family.name
        let instances = instances.subjects.count
        if series == 0 {
            for row in rows.hostRows.rows { write(host.values[row], host.labels(row), of: rows.family, &isOpen) }
            series = 1
        }
        if series <= instances {
            series = 1 + write(rows.instanceRows, self.instances, from: series - 1, of: rows.family, &isOpen)
        } else {
            series = 1 + instances + write(rows.groupRows, groups, from: series - 1 - instances, of: rows.family, &isOpen)
        }
        return series > instances + groups.subjects.count
    }

    /// Writes rows of some of the subjects; returns the first one that is left.
    private func write(
        _ rows: SubjectRows, _ all: AllSubjectValues, from first: Int, of family: MetricFamily, _ isOpen: inout Bool
    ) -> Int {
        // Most families are of one kind of subject, and of the others there may be hundreds.
        guard let template = rows.template else { return all.subjects.count }
        let end = min(all.subjects.count, first + max(1, Self.batch / rows.rows.count))
        let isOfLines = encoder.writesLines(of: family)
        // The line after those whose numbers are gathered.
        var line = first * rows.rows.count
        numbers.removeAll(keepingCapacity: true)
        // By place, so that nothing of a subject is copied for a row that is absent.
        for place in first..<end {
            for row in rows.rows {
                if isOfLines, let number = all.subjects[place].values.plain(row) {
                    numbers.append(number.bitPattern)
                    line += 1
                    continue
                }
                writeNumbers(template, all, before: line, of: family, &isOpen)
                line += 1
                guard all.subjects[place].values.isServed(row) else { continue }
                write(all.subjects[place].values[row], all.subjects[place].labels(row), of: family, &isOpen)
            }
            // A row may have many series: the rest is for the next piece, of which the memory stays small.
            if encoder.bytes.count >= Self.pieceSize {
                writeNumbers(template, all, before: line, of: family, &isOpen)
                return place + 1
            }
        }
        writeNumbers(template, all, before: line, of: family, &isOpen)
        return end
    }

    /// Writes the lines whose numbers were gathered, the last of them before a line.
    private func writeNumbers(
        _ template: LineTemplate, _ all: AllSubjectValues, before line: Int, of family: MetricFamily, _ isOpen: inout Bool
    ) {
        guard !numbers.isEmpty else { return }
        begin(family, &isOpen)
        encoder.lines(template, labels: all.labels, ends: all.ends, line - numbers.count..<line, values: numbers)
        written += numbers.count
        numbers.removeAll(keepingCapacity: true)
    }

    private func write(_ value: RowValue, _ labels: [UInt8], of family: MetricFamily, _ isOpen: inout Bool) {
        switch value {
        case .absent: break
        case .number(let number, let start):
            write(Point(labels: labels, value: .double(number), created: start), of: family, &isOpen)
        case .whole(let number, let start):
            write(Point(labels: labels, value: .integer(number), created: start), of: family, &isOpen)
        case .points(let points), .counted(_, let points):
            for point in points() {
                begin(family, &isOpen)
                written += budget.samples(of: family)
                encoder.point(point, of: family)
            }
        }
    }

    private func write(_ point: Point, of family: MetricFamily, _ isOpen: inout Bool) {
        begin(family, &isOpen)
        written += point.created == nil ? 1 : budget.samples(of: family)
        encoder.point(point, of: family)
    }

    /// A family without a series is not there.
    private func begin(_ family: MetricFamily, _ isOpen: inout Bool) {
        if !isOpen { begin(family.name) { $0.begin(family) } }
        isOpen = true
    }

    private func begin(_ name: String, _ begin: (inout ExpositionEncoder) -> Void) {
        begun = name
        begin(&encoder)
    }
}

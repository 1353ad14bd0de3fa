import ApusLinux
import ApusMetrics

/// The sources of one subject, each with its last good reading: the frame that is written once for all of them.
///
/// It belongs to one thread at a time; who shares it locks around it.
struct SourceReadings<Of: Subject> {
    let selection: SourceSelection<Of>
    /// The labels of the subject; rendered once.
    let subject: [UInt8]
    /// What the subject is now; `nil` before it was opened.
    private var current: Of?
    /// One a source; `nil` where the subject has none of it: thousands of subjects have few of them.
    private var frames: [(any SourceFrame)?]

    init(_ selection: SourceSelection<Of>, labels: [(String, String)]) {
        self.selection = selection
        subject = LabelBytes.render(labels)
        frames = Array(repeating: nil, count: selection.sources.count)
    }

    /// Lets go of what was read, and opens and reads all sources for what the subject is now.
    ///
    /// - Throws: ``ProcessGone`` when the subject's process has ended meanwhile.
    mutating func open(_ subject: Of, at now: Moment) throws(ProcessGone) {
        current = subject
        for place in frames.indices { frames[place] = nil }
        for place in frames.indices { try read(place, at: now, isForced: true) }
    }

    private static func frame<S: Source>(_ source: S.Type, _ subject: Of) -> (any SourceFrame)? {
        // The selection has only sources of this kind of subject.
        (subject as? S.Of).map { Frame<S>($0) }
    }

    /// Reads one of the sources, unless its last reading is young enough.
    ///
    /// - Throws: ``ProcessGone``.
    mutating func read(_ place: Int, at now: Moment, isForced: Bool = false) throws(ProcessGone) {
        // What is absent may come: it is looked for again at each turn of the sampling loop, which forces a reading.
        guard let frame = frames[place] ?? (isForced ? current.flatMap { Self.frame(selection.sources[place], $0) } : nil)
        else { return }
        try frame.read(at: now, isForced: isForced)
        frames[place] = frame.isVacant ? nil : frame
    }

    /// Reads all sources.
    mutating func read(at now: Moment, isForced: Bool = false) throws(ProcessGone) {
        for place in frames.indices { try read(place, at: now, isForced: isForced) }
    }

    /// A turn of the sampling loop.
    mutating func tick(at now: Moment) throws(ProcessGone) {
        try read(at: now, isForced: true)
        for frame in frames { frame?.tick() }
    }

    /// The last good reading of a source; `nil` where there is none.
    func reading<S: Source>(_ source: S.Type) -> S.Reading? where S.Of == Of {
        guard let place = selection.sources.firstIndex(where: { $0 == source }) else { return nil }
        return (frames[place] as? Frame<S>)?.reading
    }

    /// Reads one source by its type.
    mutating func read<S: Source>(_ source: S.Type, at now: Moment) throws(ProcessGone) -> S.Reading? where S.Of == Of {
        guard let place = selection.sources.firstIndex(where: { $0 == source }) else { return nil }
        try read(place, at: now)
        return (frames[place] as? Frame<S>)?.reading
    }

    /// What each row has to serve.
    func values() -> RowValues {
        var values = RowValues(capacity: selection.entries.count)
        for (place, frame) in frames.enumerated() {
            if let frame {
                frame.append(subject, to: &values)
            } else {
                values.appendAbsent(selection.rows[place].count)
            }
        }
        return values.compact()
    }

    /// The rows that only the configuration names, with what each has to serve.
    func configured() -> [(family: MetricFamily, value: RowValue)] { frames.flatMap { $0?.configured(subject) ?? [] } }

    /// Reads each source anew, and says how it is and what that took.
    ///
    /// - Parameter stopwatch: nanoseconds.
    mutating func examine(
        at now: Moment, stopwatch: @Sendable () -> UInt64
    ) throws(ProcessGone) -> [InstanceDocument.ReadSource] {
        var sources: [InstanceDocument.ReadSource] = []
        for (place, frame) in frames.enumerated() {
            guard let frame else { continue }
            let start = stopwatch()
            try read(place, at: now)
            let taken = stopwatch() - start
            guard frame.condition != .absent else { continue }
            sources.append(
                InstanceDocument.ReadSource(
                    source: selection.sources[place].name, status: frame.condition == .well ? .pass : .fail,
                    ageSeconds: frame.age(at: now), readSeconds: Double(taken) / 1e9))
        }
        return sources
    }

    /// What could not be read, by the source's name; each is told once of a subject.
    func takeTroubles() -> [(source: String, error: LinuxError)] {
        zip(selection.sources, frames).compactMap { source, frame in frame?.takeTrouble().map { (source.name, $0) } }
    }

    /// Adds to the tally of a source how this subject's is.
    func count(_ place: Int, at now: Moment, in tally: inout SourceTally) {
        guard let frame = frames[place], frame.condition != .absent else { return }
        tally.subjects += 1
        if frame.condition == .failed { tally.failures += 1 }
        if let age = frame.age(at: now) { tally.age = max(tally.age ?? 0, age) }
    }
}

/// A subject's process has ended.
struct ProcessGone: Error {}

/// How one source is, over all subjects that have it.
struct SourceTally: Sendable {
    /// The subjects that have the source.
    var subjects = 0
    /// The subjects of which the last reading failed.
    var failures = 0
    /// Seconds since the oldest of the readings that are served; `nil` where there is none.
    var age: Double?
    /// What the last reading of all subjects took.
    var readSeconds = 0.0
}

/// How a source of a subject is.
enum SourceCondition {
    case well
    /// The subject has none of it, or the kernel does not say it to this user: no series, and no failure.
    case absent
    case failed
}

/// One source of one subject, without its type.
protocol SourceFrame: AnyObject {
    var condition: SourceCondition { get }
    /// Whether there is nothing to remember of it.
    var isVacant: Bool { get }

    func read(at now: Moment, isForced: Bool) throws(ProcessGone)
    func tick()
    func age(at now: Moment) -> Double?
    func append(_ labels: [UInt8], to values: inout RowValues)
    func configured(_ labels: [UInt8]) -> [(family: MetricFamily, value: RowValue)]
    func takeTrouble() -> LinuxError?
}

/// The age in seconds at which a reading that nothing has confirmed is served no more, as Prometheus forgets series.
let longestReadingAge = 300.0

/// One source of one subject with its last good reading.
private final class Frame<S: Source>: SourceFrame {
    private let subject: S.Of
    private var source: S?
    private(set) var reading: S.Reading?
    /// When the reading was made, and when one was last tried: CLOCK_MONOTONIC in nanoseconds.
    private var readAt: UInt64 = 0
    private var triedAt: UInt64 = 0
    private(set) var condition = SourceCondition.absent
    private var trouble: LinuxError?
    private var isTold = false

    init(_ subject: S.Of) { self.subject = subject }

    var isVacant: Bool { source == nil && condition == .absent && !isTold }

    func read(at now: Moment, isForced: Bool) throws(ProcessGone) {
        if !isForced, condition == .absent || now.monotonic < triedAt &+ S.cadence.reuse { return }
        triedAt = now.monotonic
        do throws(LinuxError) {
            try read(at: now)
        } catch {
            // Opened anew at the next turn: a file that came back, or another control group, is another file.
            source = nil
            if error.isProcessGone, subject.hasEnded { throw ProcessGone() }
            fail(error, at: now)
        }
    }

    private func read(at now: Moment) throws(LinuxError) {
        if source == nil { source = try S(subject) }
        guard let reading = try source?.read(at: now) else { return lose() }
        readAt = now.monotonic
        condition = source?.isWell(reading) == true ? .well : .failed
        if condition == .failed, !isTold, let fault = source?.fault(in: reading) { (trouble, isTold) = (fault, true) }
        self.reading = reading
    }

    private func fail(_ error: LinuxError, at now: Moment) {
        if error.isAbsence { return lose() }
        if !isTold { (trouble, isTold) = (error, true) }
        if error.isForbidden { return lose() }
        condition = .failed
        if now.seconds(since: readAt) >= longestReadingAge { reading = nil }
    }

    private func lose() {
        condition = .absent
        reading = nil
    }

    func tick() { if let reading { source?.tick(reading) } }

    func age(at now: Moment) -> Double? {
        guard let reading else { return nil }
        let since = now.seconds(since: readAt)
        guard let source else { return since }
        return source.age(of: reading).map { $0 + since }
    }

    func append(_ labels: [UInt8], to values: inout RowValues) {
        guard let reading else { return values.appendAbsent(S.rows.count) }
        S.append(reading, labels, to: &values)
    }

    func configured(_ labels: [UInt8]) -> [(family: MetricFamily, value: RowValue)] {
        guard let source, let reading else { return [] }
        return source.configuredRows.map { ($0.family, $0.value(reading, labels, S.start(in: reading))) }
    }

    func takeTrouble() -> LinuxError? {
        defer { trouble = nil }
        return trouble
    }
}

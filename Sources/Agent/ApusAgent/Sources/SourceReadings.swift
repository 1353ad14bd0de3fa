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
    private var frames: [SourceFrame?]

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

    private static func frame<S: Source>(_ source: S.Type, _ subject: Of) -> SourceFrame? {
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

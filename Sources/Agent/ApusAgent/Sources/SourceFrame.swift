import ApusLinux
import ApusMetrics

/// One source of one subject, without its type; a class to derive from, as a reference to a protocol's value takes twice the memory, and there
/// are thousands.
class SourceFrame {
    fileprivate(set) var condition = SourceCondition.absent
    /// Whether why it could not be read has been told.
    fileprivate var isTold = false
    /// Why it could not be read, once; an array, which takes no more than a pointer of those that have none.
    fileprivate var untold: [LinuxError] = []
    /// Whether there is nothing to remember of it.
    var isVacant: Bool { true }

    func read(at now: Moment, isForced: Bool) throws(ProcessGone) {}
    func tick() {}
    func age(at now: Moment) -> Double? { nil }
    func append(_ labels: [UInt8], to values: inout RowValues) {}
    func configured(_ labels: [UInt8]) -> [(family: MetricFamily, value: RowValue)] { [] }

    func takeTrouble() -> LinuxError? { untold.popLast() }
}

/// The age in seconds at which a reading that nothing has confirmed is served no more, as Prometheus forgets series.
let longestReadingAge = 300.0

/// One source of one subject with its last good reading.
final class Frame<S: Source>: SourceFrame {
    private let subject: S.Of
    private var source: S?
    private(set) var reading: S.Reading?
    /// When the reading was made, and when one was last tried: CLOCK_MONOTONIC in nanoseconds.
    private var readAt: UInt64 = 0
    private var triedAt: UInt64 = 0
    /// How old it was when it was made, in seconds; no number where nothing was heard yet.
    private var ageThen = 0.0
    /// Whether ``source`` is there: to ask that itself makes a copy of it, as its type is not known beforehand.
    private var isOpen = false

    init(_ subject: S.Of) { self.subject = subject }

    override var isVacant: Bool { !isOpen && condition == .absent && !isTold }

    override func read(at now: Moment, isForced: Bool) throws(ProcessGone) {
        if !isForced, condition == .absent || now.monotonic < triedAt &+ S.cadence.reuse { return }
        triedAt = now.monotonic
        do throws(LinuxError) {
            try read(at: now)
        } catch {
            // Opened anew at the next turn: a file that came back, or another control group, is another file.
            close()
            if error.isProcessGone, subject.hasEnded { throw ProcessGone() }
            fail(error, at: now)
        }
    }

    private func read(at now: Moment) throws(LinuxError) {
        if !isOpen {
            source = try S(subject)
            isOpen = source != nil
        }
        guard let look = try source?.look(at: now) else { return lose() }
        readAt = now.monotonic
        ageThen = look.age ?? .nan
        condition = look.isWell ? .well : .failed
        if condition == .failed, let fault = look.fault { tellOnce(fault) }
        reading = look.reading
    }

    private func close() {
        source = nil
        isOpen = false
    }

    private func fail(_ error: LinuxError, at now: Moment) {
        if error.isAbsence { return lose() }
        tellOnce(error)
        if error.isForbidden { return lose() }
        condition = .failed
        if now.seconds(since: readAt) >= longestReadingAge { reading = nil }
    }

    private func lose() {
        condition = .absent
        reading = nil
    }

    override func tick() { if let reading { source?.tick(reading) } }

    override func age(at now: Moment) -> Double? {
        guard reading != nil else { return nil }
        let since = now.seconds(since: readAt)
        if !isOpen { return since }
        return ageThen.isNaN ? nil : ageThen + since
    }

    override func append(_ labels: [UInt8], to values: inout RowValues) {
        guard let reading else { return values.appendAbsent(S.rows.count) }
        S.append(reading, labels, to: &values)
    }

    override func configured(_ labels: [UInt8]) -> [(family: MetricFamily, value: RowValue)] {
        guard let source, let reading else { return [] }
        return source.configuredRows(in: reading).map { ($0.family, $0.value(reading, labels, S.start(in: reading))) }
    }

    private func tellOnce(_ trouble: LinuxError) {
        if !isTold { untold.append(trouble) }
        isTold = true
    }
}

import ApusLinux
import ApusMetrics
import ApusProbes

/// A source of what one kind of probe finds out: the frame that is written once for all of them.
///
/// ```swift
/// struct FileProbeSource: Source, ProbeKindSource {
///     static let name = "probes-file"
///     static let rows: [Row<WatchedProbes>] = [one(ProbedFiles.size) { Double($0.size) }]
///     let subject: HostSubject
///
///     static func figures(_ standing: ProbeStanding) -> FileFigures? {
///         if case .file(let figures)? = standing.figures { figures } else { nil }
///     }
/// }
/// ```
protocol ProbeKindSource: Source where Of == HostSubject, Reading == WatchedProbes {
    associatedtype Figures

    var subject: HostSubject { get }

    init(subject: HostSubject)

    /// What the last attempt of a probe has found out; `nil` of another kind's, and of one that is down.
    static func figures(_ standing: ProbeStanding) -> Figures?
}

extension ProbeKindSource {
    static var cadence: Cadence { .look }

    init?(_ subject: HostSubject) {
        guard subject.probes != nil else { return nil }
        self.init(subject: subject)
    }

    func read(at now: Moment) throws(LinuxError) -> WatchedProbes {
        WatchedProbes(subject, at: now, where: { Self.figures($0) != nil }) ?? WatchedProbes(standings: [], now: now)
    }

    /// A gauge with series of its own for each probe.
    static func each<Labels, Number: RowNumber>(
        _ gauge: Gauge<Labels>, _ series: @escaping @Sendable (Figures) -> [(labels: Labels, value: Number)]
    ) -> Row<WatchedProbes> {
        Row.ofProbes(gauge) { standing, _ in figures(standing).map(series) ?? [] }
    }

    /// A gauge with one series for each probe that has a value of it.
    static func one<Number: RowNumber>(
        _ gauge: Gauge<NoLabels>, _ value: @escaping @Sendable (Figures) -> Number?
    ) -> Row<WatchedProbes> {
        each(gauge) { figures in value(figures).map { [(NoLabels(), $0)] } ?? [] }
    }

    /// A counter with series of its own for each probe, each with when it began in seconds since the Unix epoch; `nil` where nobody knows.
    static func eachCounter<Labels, Number: RowNumber>(
        _ counter: Counter<Labels>,
        _ series: @escaping @Sendable (Figures) -> [(labels: Labels, value: Number, began: Double?)]
    ) -> Row<WatchedProbes> {
        Row.ofProbeCounters(counter) { standing, _ in figures(standing).map(series) ?? [] }
    }
}

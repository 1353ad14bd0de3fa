public import ApusPromQL

/// Judges rule files and dashboards.
///
/// ```swift
/// let report = Linter(LintSettings(declarations: SeriesDeclarations(MetricCatalog.families))).report(on: files)
/// for finding in report.findings { print(finding) }
/// ```
public struct Linter: Sendable {
    private let settings: LintSettings

    public init(_ settings: LintSettings) { self.settings = settings }

    /// Reads all files first, so that what one of them records is known in the others.
    public func report(on files: [LintFile]) -> LintReport {
        var report = LintReport()
        var opened: [(subjects: [LintSubject], collector: FindingCollector)] = []
        for file in files { opened.append(open(file, &report)) }
        var settings = settings
        if !settings.isSyntaxOnly {
            settings.declarations.declare(recordings: opened.flatMap { Self.recordings(in: $0.subjects) })
        }
        for (subjects, collector) in opened {
            var collector = collector
            for subject in subjects {
                switch subject {
                case .rules(let content): content.lint(settings, &collector, &report)
                case .dashboard(let content): content.lint(settings, &collector, &report)
                case .nothing: break
                }
            }
            report.findings += collector.sorted
        }
        return report
    }

    func open(_ file: LintFile, _ report: inout LintReport) -> ([LintSubject], FindingCollector) {
        report.files += 1
        var collector = FindingCollector(file: file.path)
        let source = SourceText(bytes: file.bytes)
        var subjects: [LintSubject] = []
        do throws(DocumentError) {
            if let fault = file.fault { throw DocumentError(offset: 0, message: fault) }
            for document in try LintDocument.read(source) { subjects += try LintSubject.subjects(of: document) ?? [] }
            if subjects.isEmpty {
                report.otherFiles += 1
                if file.isNamed {
                    throw DocumentError(
                        offset: 0,
                        message: "the file holds neither rules of Prometheus nor a dashboard of Grafana: name one that does")
                }
            }
        } catch {
            collector.note(unreadable: error, in: source)
        }
        return (subjects, collector)
    }

    private static func recordings(in subjects: [LintSubject]) -> [RecordedSeries] {
        subjects.flatMap { subject in
            if case .rules(let content) = subject { content.recordings } else { [] as [RecordedSeries] }
        }
    }
}

/// How files are judged.
public struct LintSettings: Sendable {
    /// Whether expressions are only parsed, and nothing else is looked at.
    public var isSyntaxOnly = false
    /// The series that are known; recording rules of the linted files come on top.
    public var declarations: SeriesDeclarations
    /// Whether a metric that nothing declares is an error.
    public var reportsUnknownMetrics = false
    public var scrapeInterval: Duration?
    /// The interval of rules whose group names none.
    public var evaluationInterval: Duration?

    public init(declarations: SeriesDeclarations = SeriesDeclarations()) { self.declarations = declarations }
}

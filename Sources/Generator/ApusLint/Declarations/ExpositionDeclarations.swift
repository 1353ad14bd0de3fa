public import ApusPromQL
import ApusMetrics

/// Declarations read from what an exporter serves: the text format of Prometheus, or OpenMetrics.
///
/// `# TYPE` lines give names and kinds; samples give labels: those on every sample of a family are certain, others optional.
public struct ExpositionDeclarations: Sendable {
    private struct Family {
        var kind: MetricKind?
        var labels: Set<String>?
        var common: Set<String>?

        mutating func see(_ names: Set<String>) {
            labels = (labels ?? []).union(names)
            common = common?.intersection(names) ?? names
        }
    }

    private var families: [String: Family] = [:]

    /// - Throws: ``ExpositionError`` at the first line that is none.
    public init(parsing text: String) throws(ExpositionError) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            if line.hasPrefix("#") {
                readComment(line)
            } else {
                guard var reader = SampleReader(line), let sample = reader.sample() else {
                    throw ExpositionError(line: number + 1, text: String(line.prefix(60)))
                }
                see(sample.name, sample.labels)
            }
        }
    }

    /// How many families there are.
    public var count: Int { families.count }

    public func declare(in declarations: inout SeriesDeclarations, targetLabels: TargetLabels) {
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            let optional = (family.labels ?? []).subtracting(family.common ?? [])
            declarations.declare(
                name, kind: family.kind, labels: family.common?.sorted(), optional: optional.sorted(),
                targetLabels: targetLabels)
        }
    }

    private mutating func readComment(_ line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count >= 4, words[0] == "#", words[1] == "TYPE" else { return }
        let kind: MetricKind? =
            switch words[3] {
            case "counter": .counter
            case "gauge": .gauge
            case "histogram", "gaugehistogram": .histogram
            case "summary": .summary
            case "info": .info
            case "stateset": .stateSet
            default: nil
            }
        let name = String(words[2])
        // OpenMetrics names the family without the ending of its series; until a sample shows that, both are known.
        families[name, default: Family()].kind = kind
    }

    private mutating func see(_ series: String, _ labels: Set<String>) {
        for (suffix, kinds) in [
            ("_bucket", [.histogram]), ("_sum", [.histogram, .summary]), ("_count", [.histogram, .summary]),
            ("_created", [.histogram, .summary, .counter]),
        ] as [(String, Set<MetricKind>)] where series.hasSuffix(suffix) {
            let base = String(series.dropLast(suffix.count))
            if let kind = families[base]?.kind, kinds.contains(kind) {
                families[base]?.see(labels.subtracting(["le", "quantile"]))
                return
            }
        }
        for (suffix, kind) in [("_total", .counter), ("_info", .info)] as [(String, MetricKind)] where series.hasSuffix(suffix)
        {
            let base = String(series.dropLast(suffix.count))
            guard families[series] == nil, let family = families[base], family.kind == kind else { continue }
            families[series] = family
            families[base] = nil
        }
        var labels = labels
        if families[series]?.kind == .summary { labels.remove("quantile") }
        if families[series]?.kind == .stateSet { labels.remove(series) }
        families[series, default: Family()].see(labels)
    }
}

/// Why a text is no exposition.
public struct ExpositionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    public let text: String

    public var description: String {
        "\(line):1: \(text.isEmpty ? "the line" : text) is no sample:"
            + " give a saved answer of /metrics, with lines such as name{label=\"value\"} 1"
    }
}

/// The families of a text, when all of it has been read: finished, and without two that claim one name.
struct ReceivedFamilySet {
    private(set) var families: [ReceivedFamily] = []
    private let format: ReceivedTextFormat

    init(_ drafts: [ReceivedFamilyDraft], format: ReceivedTextFormat) throws(ReceivedError) {
        self.format = format
        let drafts = format == .text ? try Self.withCreated(drafts) : drafts
        var lines: [Int] = []
        for draft in drafts where draft.hasSamples {
            families.append(try Self.family(draft, format))
            lines.append(draft.line)
        }
        try settleNames(lines)
    }

    private static func family(
        _ draft: ReceivedFamilyDraft, _ format: ReceivedTextFormat
    ) throws(ReceivedError) -> ReceivedFamily {
        let kind = draft.kind ?? .untyped
        let suffix = format == .openMetrics ? kind.sampleSuffix ?? "" : ""
        var series: [ReceivedSeries] = []
        series.reserveCapacity(draft.series.count)
        for one in draft.series { series.append(try one.finished(kind, of: draft.name)) }
        if let unit = draft.unit, !unit.isEmpty, kind == .info || kind == .stateSet {
            throw ReceivedError(line: draft.line, "\(draft.name) has no number, and so no unit: leave out its # UNIT line")
        }
        let unit = draft.unit.flatMap { $0.isEmpty ? nil : $0 }
        return ReceivedFamily(name: draft.name + suffix, kind: kind, help: draft.help ?? "", unit: unit, series: series)
    }

    /// Brings the beginnings of counts to the families that they are of.
    ///
    /// Clients that have them write them in text as gauges of their own, such as `x_created` beside the counter `x_total`.
    private static func withCreated(_ drafts: [ReceivedFamilyDraft]) throws(ReceivedError) -> [ReceivedFamilyDraft] {
        let suffix = "_created"
        guard drafts.contains(where: { $0.name.hasSuffix(suffix) }) else { return drafts }
        var drafts = drafts
        let places = Dictionary(uniqueKeysWithValues: drafts.enumerated().map { ($1.name, $0) })
        var taken: Set<Int> = []
        for (place, draft) in drafts.enumerated() where draft.kind == .gauge && draft.name.hasSuffix(suffix) {
            let base = String(draft.name.dropLast(suffix.count))
            let owner = [base + "_total", base].compactMap { places[$0] }.first { owner in
                switch drafts[owner].kind {
                case .counter: drafts[owner].name != base
                case .histogram, .summary: drafts[owner].name == base
                default: false
                }
            }
            guard let owner else { continue }
            var times: [ReceivedSeries] = []
            for series in draft.series { times.append(try series.finished(.gauge, of: draft.name)) }
            drafts[owner].take(created: times)
            taken.insert(place)
        }
        return drafts.enumerated().filter { !taken.contains($0.offset) }.map(\.element)
    }

    /// Refuses two families that claim one name. In text, a counter `x_total` may stand beside a family `x`.
    private mutating func settleNames(_ lines: [Int]) throws(ReceivedError) {
        if format == .text { families.settleOpenMetricsNames() }
        var owners: [String: Int] = [:]
        for (index, family) in families.enumerated() {
            for name in family.claimedNames {
                if let owner = owners[name] {
                    throw ReceivedError(
                        line: max(lines[index], lines[owner]),
                        "\(family.name) and \(families[owner].name) both have the name \(name): rename one of them")
                }
                owners[name] = index
            }
        }
    }
}

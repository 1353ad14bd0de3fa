/// The families of a text, when all of it has been read: finished, and without two that claim one name.
struct ReceivedFamilySet {
    private(set) var families: [ReceivedFamily] = []
    private(set) var leftOut: LeftOut
    private let format: ReceivedTextFormat
    private let limits: ReceivedLimits

    /// - Parameter leftOut: what has been left out so far.
    init(_ drafts: [ReceivedFamilyDraft], format: ReceivedTextFormat, limits: ReceivedLimits, leftOut: LeftOut) {
        self.format = format
        self.limits = limits
        self.leftOut = leftOut
        let drafts = format == .text ? withCreated(drafts) : drafts
        var lines: [Int] = []
        for draft in drafts {
            guard let family = family(draft) else { continue }
            families.append(family)
            lines.append(draft.line)
        }
        settleNames(lines)
    }

    /// The family with all series that can be served; `nil` without one.
    private mutating func family(_ draft: ReceivedFamilyDraft) -> ReceivedFamily? {
        let kind = draft.kind ?? .untyped
        let suffix = format == .openMetrics ? kind.sampleSuffix ?? "" : ""
        let series = self.series(of: draft)
        guard !series.isEmpty else { return nil }
        var unit = draft.unit.flatMap { $0.isEmpty ? nil : $0 }
        if unit != nil, kind == .info || kind == .stateSet {
            leftOut.add(
                .type, line: draft.line, family: draft.name,
                "\(draft.name) has no number, and so no unit: leave out its # UNIT line")
            unit = nil
        }
        return ReceivedFamily(name: draft.name + suffix, kind: kind, help: draft.help ?? "", unit: unit, series: series)
    }

    private mutating func series(of draft: ReceivedFamilyDraft) -> [ReceivedSeries] {
        var series: [ReceivedSeries] = []
        series.reserveCapacity(draft.series.count)
        for one in draft.series {
            var repetition = one.repetition
            do throws(ReceivedSeriesFault) {
                if let (fault, _) = one.fault { throw fault }
                let (own, isRepeated) = try one.finished(draft.kind ?? .untyped, of: draft.name, limits)
                series.append(own)
                if isRepeated, repetition == nil { repetition = (draft.name, one.line) }
            } catch {
                leftOut.add(
                    error.reason, line: one.fault?.line ?? one.line, family: draft.name, labels: one.labels, error.words)
                continue
            }
            guard let (name, line) = repetition else { continue }
            leftOut.add(
                .duplicate, line: line, family: draft.name, labels: one.labels,
                "a sample of \(name) is there a second time with these labels, and the first is served: a series is there once")
        }
        return series
    }

    /// Brings the beginnings of counts to the families that they are of.
    ///
    /// Clients that have them write them in text as gauges of their own, such as `x_created` beside the counter `x_total`.
    private mutating func withCreated(_ drafts: [ReceivedFamilyDraft]) -> [ReceivedFamilyDraft] {
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
            drafts[owner].take(created: series(of: draft))
            taken.insert(place)
        }
        return drafts.enumerated().filter { !taken.contains($0.offset) }.map(\.element)
    }

    /// Leaves out the later of two families that claim one name. In text, a counter `x_total` may stand beside a family `x`.
    private mutating func settleNames(_ lines: [Int]) {
        if format == .text { families.settleOpenMetricsNames() }
        var owners: [String: String] = [:]
        var settled: [ReceivedFamily] = []
        for (family, line) in zip(families, lines) {
            let names = family.claimedNames
            if let name = names.first(where: { owners[$0] != nil }), let owner = owners[name] {
                leftOut.add(
                    .name, line: line, family: family.name,
                    "\(family.name) and \(owner) both have the name \(name): rename one of them", count: family.series.count)
                continue
            }
            for name in names { owners[name] = family.name }
            settled.append(family)
        }
        families = settled
    }
}

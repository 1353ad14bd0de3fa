/// The bytes that the lines of every series of a family have in common, for one target: what stands before a series' own labels,
/// and what after them.
///
/// A counter or gauge has one line a series; a classic histogram one for each bucket, the sum and the count. With the templates
/// kept, a scrape copies bytes and formats numbers, and nothing is rendered again.
public struct LineTemplate: Sendable {
    private(set) var heads: [UInt8] = []
    private(set) var headEnds: [UInt32] = []
    private(set) var tails: [UInt8] = []
    private(set) var tailEnds: [UInt32] = []
    private(set) var forms: [UInt8] = []
    /// Lines of one series.
    public var parts: Int { forms.count }

    /// - Parameters:
    ///   - family: of any kind but a native histogram, whose lines depend on what it holds.
    ///   - target: labels that every series has; not empty.
    ///   - isInteger: whether a counter's values are given as whole numbers.
    public init?(_ family: MetricFamily, target: [(String, String)], isInteger: Bool) {
        let labels = LabelBytes.render(target)
        guard !labels.isEmpty else { return nil }
        switch family.kind {
        case .counter: append(family.name, labels, isDouble: !isInteger)
        case .gauge: append(family.name, labels, isDouble: true)
        case .info: append(family.name, labels, isDouble: false)
        case .histogram:
            for bound in family.buckets.map(NumberText.bound) + ["+Inf"] {
                append(family.name + "_bucket", labels, last: [("le", bound)], isDouble: false)
            }
            append(family.name + "_sum", labels, isDouble: true)
            append(family.name + "_count", labels, isDouble: false)
        case .summary:
            append(family.name + "_sum", labels, isDouble: true)
            append(family.name + "_count", labels, isDouble: false)
        case .stateSet:
            for state in family.states { append(family.name, labels, last: [(family.stateLabel, state)], isDouble: false) }
        case .nativeHistogram: return nil
        }
    }

    private mutating func append(_ name: String, _ labels: [UInt8], last: [(String, String)] = [], isDouble: Bool) {
        heads.append(contentsOf: name.utf8)
        heads.append(UInt8(ascii: "{"))
        heads.append(contentsOf: labels)
        headEnds.append(UInt32(heads.count))
        if !last.isEmpty {
            tails.append(UInt8(ascii: ","))
            tails.append(contentsOf: LabelBytes.render(last))
        }
        tails.append(contentsOf: "} ".utf8)
        tailEnds.append(UInt32(tails.count))
        forms.append(isDouble ? 1 : 0)
    }
}

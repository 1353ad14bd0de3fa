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
        var lines: [Line] = []
        switch family.kind {
        case .counter: lines = [Line(family.name, isDouble: !isInteger)]
        case .gauge: lines = [Line(family.name, isDouble: true)]
        case .info: lines = [Line(family.name, isDouble: false)]
        case .histogram:
            lines = (family.buckets.map(NumberText.bound) + ["+Inf"]).map {
                Line(family.name + "_bucket", last: ("le", $0), isDouble: false)
            }
            lines += Self.sumAndCount(of: family)
        case .summary: lines = Self.sumAndCount(of: family)
        case .stateSet: lines = family.states.map { Line(family.name, last: (family.stateLabel, $0), isDouble: false) }
        case .nativeHistogram: return nil
        }
        set(lines, labels)
    }

    /// Makes the template of a counter or gauge that has several series of each subject.
    ///
    /// - Parameters:
    ///   - name: the family's.
    ///   - rows: the labels that each series has besides the subject's, which are given with each series and are not empty.
    public init(_ name: String, rows: [[(String, String)]]) {
        set(rows.map { Line(name, labels: $0) }, [])
    }

    private mutating func set(_ lines: [Line], _ labels: [UInt8]) {
        // An agent keeps one of these beside each family of each instance: no byte more than is needed.
        heads.reserveCapacity(lines.reduce(0) { $0 + $1.name.utf8.count + 1 + labels.count })
        headEnds.reserveCapacity(lines.count)
        tails.reserveCapacity(lines.reduce(0) { $0 + $1.tail.count })
        tailEnds.reserveCapacity(lines.count)
        for line in lines {
            heads.append(contentsOf: line.name.utf8)
            heads.append(UInt8(ascii: "{"))
            heads.append(contentsOf: labels)
            headEnds.append(UInt32(heads.count))
            tails.append(contentsOf: line.tail)
            tailEnds.append(UInt32(tails.count))
        }
        forms = lines.map { $0.isDouble ? 1 : 0 }
    }

    private static func sumAndCount(of family: MetricFamily) -> [Line] {
        [Line(family.name + "_sum", isDouble: true), Line(family.name + "_count", isDouble: false)]
    }

    private struct Line {
        let name: String
        let tail: [UInt8]
        let isDouble: Bool

        init(_ name: String, last: (String, String)? = nil, isDouble: Bool) {
            self.init(name, labels: last.map { [$0] } ?? [], isDouble: isDouble)
        }

        init(_ name: String, labels: [(String, String)], isDouble: Bool = true) {
            self.name = name
            self.isDouble = isDouble
            tail = (labels.isEmpty ? [] : [UInt8(ascii: ",")] + LabelBytes.render(labels)) + Array("} ".utf8)
        }
    }
}

/// What a sample is of its series.
enum ReceivedSampleRole {
    /// The series' own number, a quantile or a state.
    case value
    case bucket
    case sum
    case count
    case created

    /// The endings that tell samples from the names of their families.
    static let suffixes = ["_total", "_info", "_bucket", "_sum", "_count", "_gsum", "_gcount", "_created"]

    /// The samples that a family has, by the endings of their names.
    static func roles(of kind: ServedKind, in format: ReceivedTextFormat) -> [(suffix: String, role: Self)] {
        let created: [(String, Self)] = format == .openMetrics ? [("_created", .created)] : []
        switch (kind, format) {
        case (.counter, .openMetrics): return [("_total", .value)] + created
        case (.info, .openMetrics): return [("_info", .value)]
        case (.counter, .text), (.info, .text), (.gauge, _), (.untyped, _), (.stateSet, _): return [("", .value)]
        case (.histogram, _): return [("_bucket", .bucket), ("_sum", .sum), ("_count", .count)] + created
        case (.summary, _): return [("", .value), ("_sum", .sum), ("_count", .count)] + created
        case (.gaugeHistogram, _): return [("_bucket", .bucket), ("_gsum", .sum), ("_gcount", .count)]
        }
    }
}

/// A family of a text as far as it has been read.
struct ReceivedFamilyDraft {
    /// The name that its `# TYPE` line has, or its only sample.
    let name: String
    /// The line at which it began.
    let line: Int
    /// The kind that its `# TYPE` line tells.
    private(set) var kind: ServedKind?
    var help: String?
    var unit: String?
    private(set) var series: [ReceivedSeriesDraft] = []
    private var places: [[UInt8]: Int] = [:]
    private var roles: [(suffix: String, role: ReceivedSampleRole)]
    /// The series that the last sample was of.
    private var last = 0

    init(name: String, format: ReceivedTextFormat, line: Int) {
        self.name = name
        self.line = line
        roles = ReceivedSampleRole.roles(of: .untyped, in: format)
    }

    mutating func set(_ kind: ServedKind, as format: ReceivedTextFormat) {
        self.kind = kind
        roles = ReceivedSampleRole.roles(of: kind, in: format)
    }

    var hasSamples: Bool { !series.isEmpty }

    var typeName: String { (kind ?? .untyped).rawValue }

    /// What the names of its samples would be, in words.
    var remedy: String { "its samples are called " + roles.map { name + $0.suffix }.joined(separator: ", ") }

    /// What a sample of this name is of the family; `nil` when it is none of its samples.
    func role(ofSample sample: String) -> ReceivedSampleRole? {
        guard sample.utf8.starts(with: name.utf8) else { return nil }
        let suffix = sample.utf8.dropFirst(name.utf8.count)
        return roles.first { $0.suffix.utf8.elementsEqual(suffix) }?.role
    }

    /// Takes a sample.
    ///
    /// - Returns: whether it is the first of its series.
    /// - Throws: what is wrong with its labels, so that it is of no series.
    mutating func take(
        _ sample: ServedSample, as role: ReceivedSampleRole, line: Int, limits: ReceivedLimits
    ) throws(ReceivedLabelsFault) -> Bool {
        let kind = kind ?? .untyped
        let own = kind.ownLabel(in: name)
        let hasOwn = role == .bucket || role == .value && own != nil
        let rest = sample.labels.filter { label in !hasOwn || !(own.map { label.name.hasBytes(of: $0) } ?? false) }.map {
            (name: $0.name, value: $0.value)
        }
        let labels = try limits.render(rest, reserved: own)
        let (place, isNew) = place(of: labels, line: line)
        let ownValue = hasOwn ? own.flatMap { sample[$0] } : nil
        series[place].take(sample, as: role, of: kind, own: own ?? "", ownValue, line: line, limits: limits)
        return isNew
    }

    private mutating func place(of labels: [UInt8], line: Int) -> (place: Int, isNew: Bool) {
        if last < series.count, series[last].labels == labels { return (last, false) }
        if let place = places[labels] {
            last = place
            return (place, false)
        }
        last = series.count
        places[labels] = last
        series.append(ReceivedSeriesDraft(labels: labels, line: line))
        return (last, true)
    }

    /// Takes the times at which counts began from series of another family, as the text format has them.
    mutating func take(created times: [ReceivedSeries]) {
        for series in times {
            guard let place = places[series.labels], let time = series.value.asDouble, time.isFinite else { continue }
            self.series[place].created = self.series[place].created ?? time
        }
    }
}

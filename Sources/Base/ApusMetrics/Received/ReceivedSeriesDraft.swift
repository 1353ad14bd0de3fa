/// A series of a text as far as it has been read.
struct ReceivedSeriesDraft {
    let labels: [UInt8]
    /// The line of its first sample.
    let line: Int
    var created: Double?
    private var value: ReceivedValue?
    private var exemplar: Exemplar?
    private var sum: Double?
    private var count: UInt64?
    private var buckets: [Bucket] = []
    private var quantiles: [ReceivedQuantile] = []
    private var states: [ReceivedState] = []

    private struct Bucket {
        let bound: Double
        let count: UInt64
        let exemplar: Exemplar?
    }

    init(labels: [UInt8], line: Int) {
        self.labels = labels
        self.line = line
    }

    /// - Parameters:
    ///   - own: the label that tells the samples of such a series apart.
    ///   - ownValue: its value here.
    mutating func take(
        _ sample: ServedSample, as role: ReceivedSampleRole, of kind: ServedKind, own: String, _ ownValue: String?,
        limits: ReceivedLimits
    ) throws(ReceivedSampleFault) {
        guard let number = sample.value else {
            throw .value("\(sample.name) has a composite value, which only OpenMetrics 2.0 has: send 1.0")
        }
        let exemplar = try Self.exemplar(of: sample, role, kind)
        if let start = sample.startTime { created = start }
        switch role {
        case .value:
            switch kind {
            case .summary: try takeQuantile(ownValue, number, limits)
            case .stateSet: try takeState(ownValue, number, own, limits)
            case .counter, .gauge, .untyped, .info, .histogram, .gaugeHistogram:
                guard value == nil else { throw Self.repeated(sample) }
                value = try Self.value(number, sample, kind)
                self.exemplar = exemplar
            }
        case .bucket:
            guard buckets.count <= limits.buckets else {
                throw .value("\(limits.buckets) buckets are the most beside +Inf's: make them wider")
            }
            guard let text = ownValue, let bound = NumberText.number(Array(text.utf8)[...]), !bound.isNaN else {
                throw .value("the bucket has no label le with a number: write le=\"0.5\" or le=\"+Inf\"")
            }
            buckets.append(Bucket(bound: bound, count: try Self.count(number, sample), exemplar: exemplar))
        case .sum:
            guard sum == nil else { throw Self.repeated(sample) }
            sum = number
        case .count:
            guard count == nil else { throw Self.repeated(sample) }
            count = try Self.count(number, sample)
        case .created:
            guard created == nil else { throw Self.repeated(sample) }
            guard number.isFinite else { throw .value("\(sample.name) is no time: give seconds since 1970") }
            created = number
        }
    }

    private static func repeated(_ sample: ServedSample) -> ReceivedSampleFault {
        .value("\(sample.name) is there a second time with these labels: a series is there once")
    }

    private static func exemplar(
        of sample: ServedSample, _ role: ReceivedSampleRole, _ kind: ServedKind
    ) throws(ReceivedSampleFault) -> Exemplar? {
        guard let first = sample.exemplars.first else { return nil }
        guard sample.exemplars.count == 1, role == .bucket || role == .value && kind == .counter else {
            throw .value("only a counter and a bucket have an exemplar, and one each")
        }
        // Nobody would be served one that is longer than the format allows.
        return first.isWithinLimit ? first : nil
    }

    private static func value(
        _ number: Double, _ sample: ServedSample, _ kind: ServedKind
    ) throws(ReceivedSampleFault) -> ReceivedValue {
        if kind == .counter, !(number >= 0) {
            throw .value("the counter \(sample.name) is \(sample.valueText): a counter is never below zero; report a gauge")
        }
        if kind == .info {
            guard number == 1 else { throw .value("an info is always 1, and what it says is in its labels") }
            return .info
        }
        return whole(sample.valueText) ?? .number(number)
    }

    /// The whole number that a text is, if it is one of 64 bits; not `-0`, which has a sign.
    private static func whole(_ text: String) -> ReceivedValue? {
        guard (1...20).contains(text.utf8.count), text.utf8.allSatisfy({ $0 < UInt8(ascii: ":") && $0 != UInt8(ascii: ".") }),
            let value = Int128(text), value >= Int64.min, value <= UInt64.max, value != 0 || !text.hasPrefix("-")
        else { return nil }
        return .integer(value)
    }

    private static func count(_ number: Double, _ sample: ServedSample) throws(ReceivedSampleFault) -> UInt64 {
        if let exact = UInt64(sample.valueText) { return exact }
        guard let whole = UInt64(exactly: number) else {
            throw .value("\(sample.name) is \(sample.valueText): a count is a whole number from 0 on")
        }
        return whole
    }

    private mutating func takeQuantile(
        _ text: String?, _ value: Double, _ limits: ReceivedLimits
    ) throws(ReceivedSampleFault) {
        guard let text, let quantile = NumberText.number(Array(text.utf8)[...]), (0...1).contains(quantile) else {
            throw .value("the sample of a summary has no label quantile from 0 to 1")
        }
        guard quantiles.count < limits.buckets else { throw .value("\(limits.buckets) quantiles are the most") }
        quantiles.append(ReceivedQuantile(quantile: quantile, value: value))
    }

    private mutating func takeState(
        _ state: String?, _ value: Double, _ own: String, _ limits: ReceivedLimits
    ) throws(ReceivedSampleFault) {
        guard let given = state, !given.isEmpty else {
            throw .value("the sample of a state set has no label \(own) with the state")
        }
        // A state as it is served: two that differ only in a character that no label may have are one.
        let state = String(decoding: LabelBytes.withoutNull(Array(given.utf8)), as: UTF8.self)
        guard value == 0 || value == 1 else { throw .value("a state is 1 where it holds, and 0 where it does not") }
        guard states.count < limits.states, state.utf8.count <= limits.labelValue else {
            throw .value("\(limits.states) states of \(limits.labelValue) bytes are the most")
        }
        guard !states.contains(where: { $0.name.utf8.elementsEqual(state.utf8) }) else {
            throw .value("a state is there a second time with these labels")
        }
        states.append(ReceivedState(name: state, isActive: value == 1))
    }
}

extension ReceivedSeriesDraft {
    /// The series, when all of its samples have been read.
    ///
    /// - Throws: what contradicts itself or is missing.
    func finished(_ kind: ServedKind, of family: String) throws(ReceivedError) -> ReceivedSeries {
        switch kind {
        case .counter, .gauge, .untyped, .info:
            guard let value else { throw fault("\(family) has the time of its beginning and no value") }
            return ReceivedSeries(
                labels: labels, value: value, created: kind == .counter ? created : nil, exemplars: exemplar.map { [$0] } ?? [])
        case .histogram, .gaugeHistogram: return try histogram(kind, of: family)
        case .summary:
            let sorted = quantiles.sorted { $0.quantile < $1.quantile }
            guard !zip(sorted, sorted.dropFirst()).contains(where: { $0.quantile == $1.quantile }) else {
                throw fault("a quantile of \(family) is there a second time")
            }
            guard !sorted.isEmpty || count != nil || sum != nil else {
                throw fault("\(family) has the time of its beginning only")
            }
            return ReceivedSeries(
                labels: labels, value: .summary(ReceivedSummary(quantiles: sorted, count: count, sum: sum)), created: created)
        case .stateSet: return ReceivedSeries(labels: labels, value: .stateSet(states))
        }
    }

    private func histogram(_ kind: ServedKind, of family: String) throws(ReceivedError) -> ReceivedSeries {
        let sorted = buckets.sorted { $0.bound < $1.bound }
        guard let top = sorted.last, top.bound == .infinity else {
            throw fault("the histogram \(family) has no bucket le=\"+Inf\", which counts all observations")
        }
        for (bucket, next) in zip(sorted, sorted.dropFirst()) {
            guard bucket.bound != next.bound else {
                throw fault("the bucket le=\"\(NumberText.bound(bucket.bound))\" of \(family) is there a second time")
            }
            guard bucket.count <= next.count else {
                throw fault(
                    "the bucket le=\"\(NumberText.bound(next.bound))\" of \(family) counts less than the one before: each counts all "
                        + "observations up to its bound")
            }
        }
        guard count == nil || count == top.count else {
            throw fault("the count of \(family) is not that of its bucket le=\"+Inf\"")
        }
        let exemplars = sorted.map(\.exemplar)
        return ReceivedSeries(
            labels: labels,
            value: .histogram(
                ReceivedHistogram(bounds: sorted.dropLast().map(\.bound), cumulativeCounts: sorted.map(\.count), sum: sum)),
            created: kind == .histogram ? created : nil, exemplars: exemplars.contains { $0 != nil } ? exemplars : [])
    }

    private func fault(_ reason: String) -> ReceivedError { ReceivedError(line: line, reason) }
}

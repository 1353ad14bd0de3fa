/// A series of a text as far as it has been read.
struct ReceivedSeriesDraft {
    let labels: [UInt8]
    /// The line of its first sample.
    let line: Int
    var created: Double?
    private var value: ReceivedValue?
    /// The timestamp of the value, in the format's unit.
    private var time: Double?
    private var exemplar: Exemplar?
    private var sum: Double?
    private var count: UInt64?
    private var buckets: [Bucket] = []
    private var quantiles: [ReceivedQuantile] = []
    /// The timestamps of the sum, the count and the quantiles.
    private var sumTime: Double?
    private var countTime: Double?
    private var quantileTimes: [Double?] = []
    private var states: [ReceivedState] = []
    /// What is wrong with it, and the line; what follows of it is passed over.
    private(set) var fault: (fault: ReceivedSeriesFault, line: Int)?
    /// The first of its samples that is there a second time, and the line; the sample before it stands.
    private(set) var repetition: (name: String, line: Int)?

    private struct Bucket {
        let bound: Double
        let count: UInt64
        let exemplar: Exemplar?
        let time: Double?
    }

    /// What a sample is that there is already one of.
    private enum Repetition {
        /// A later point of it, which is served.
        case later
        /// An earlier one, which is not.
        case earlier
        /// The same again.
        case same

        init(at time: Double?, after known: Double?) {
            guard let time, let known, time != known else {
                self = .same
                return
            }
            self = time > known ? .later : .earlier
        }
    }

    init(labels: [UInt8], line: Int) {
        self.labels = labels
        self.line = line
    }

    /// Takes a sample; one that contradicts what the series is has the series left out.
    ///
    /// - Parameters:
    ///   - own: the label that tells the samples of such a series apart.
    ///   - ownValue: its value here.
    mutating func take(
        _ sample: ServedSample, as role: ReceivedSampleRole, of kind: ServedKind, own: String, _ ownValue: String?, line: Int,
        limits: ReceivedLimits
    ) {
        guard fault == nil else { return }
        do throws(ReceivedSeriesFault) {
            guard try take(sample, as: role, of: kind, own: own, ownValue, limits: limits) else {
                return repetition = repetition ?? (sample.name, line)
            }
        } catch {
            fault = (error, line)
        }
    }

    /// - Returns: false of a sample that is there already.
    private mutating func take(
        _ sample: ServedSample, as role: ReceivedSampleRole, of kind: ServedKind, own: String, _ ownValue: String?,
        limits: ReceivedLimits
    ) throws(ReceivedSeriesFault) -> Bool {
        // Only OpenMetrics 2.0, which is not read, has samples without one number.
        let number = sample.value ?? .nan
        let exemplar = Self.exemplar(of: sample, role, kind)
        if let start = sample.startTime { created = start }
        switch role {
        case .value:
            switch kind {
            case .summary: try takeQuantile(ownValue, number, at: sample.timestamp, limits)
            case .stateSet: return try takeState(ownValue, number, own, limits)
            case .counter, .gauge, .untyped, .info, .histogram, .gaugeHistogram:
                if value != nil {
                    switch Repetition(at: sample.timestamp, after: time) {
                    case .same: return false
                    case .earlier: return true
                    case .later: break
                    }
                }
                value = try Self.value(number, sample, kind)
                (time, self.exemplar) = (sample.timestamp, exemplar)
            }
        case .bucket:
            guard let text = ownValue, let bound = NumberText.number(Array(text.utf8)[...]), !bound.isNaN else {
                throw .value("the bucket has no label le with a number: write le=\"0.5\" or le=\"+Inf\"")
            }
            let bucket = Bucket(
                bound: bound, count: try Self.count(number, sample), exemplar: exemplar, time: sample.timestamp)
            if bucket.time != nil, let place = buckets.lastIndex(where: { $0.bound == bound }) {
                switch Repetition(at: bucket.time, after: buckets[place].time) {
                case .later:
                    buckets[place] = bucket
                    return true
                case .earlier: return true
                case .same: break
                }
            }
            // One that is there twice is told when all have been read.
            guard buckets.count <= 2 * limits.buckets + 1 else { throw Self.tooManyBuckets(limits) }
            buckets.append(bucket)
        case .sum:
            let repetition = Repetition(at: sample.timestamp, after: sumTime)
            guard sum == nil || repetition == .later else { return repetition == .earlier }
            (sum, sumTime) = (number, sample.timestamp)
        case .count:
            let repetition = Repetition(at: sample.timestamp, after: countTime)
            guard count == nil || repetition == .later else { return repetition == .earlier }
            (count, countTime) = (try Self.count(number, sample), sample.timestamp)
        case .created:
            guard created == nil else { return false }
            guard number.isFinite else { throw .value("\(sample.name) is no time: give seconds since 1970") }
            created = number
        }
        return true
    }

    private static func tooManyQuantiles(_ limits: ReceivedLimits) -> ReceivedSeriesFault {
        ReceivedSeriesFault(.limit, "\(limits.buckets) quantiles are the most: leave some out")
    }

    private static func tooManyBuckets(_ limits: ReceivedLimits) -> ReceivedSeriesFault {
        ReceivedSeriesFault(.limit, "\(limits.buckets) buckets are the most beside +Inf's: make them wider")
    }

    /// Nobody would be served one where it does not belong, or that is longer than the format allows.
    private static func exemplar(of sample: ServedSample, _ role: ReceivedSampleRole, _ kind: ServedKind) -> Exemplar? {
        guard sample.exemplars.count == 1, role == .bucket || role == .value && kind == .counter else { return nil }
        return sample.exemplars.first.flatMap { $0.isWithinLimit ? $0 : nil }
    }

    private static func value(
        _ number: Double, _ sample: ServedSample, _ kind: ServedKind
    ) throws(ReceivedSeriesFault) -> ReceivedValue {
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

    private static func count(_ number: Double, _ sample: ServedSample) throws(ReceivedSeriesFault) -> UInt64 {
        if let exact = UInt64(sample.valueText) { return exact }
        guard let whole = UInt64(exactly: number) else {
            throw .value("\(sample.name) is \(sample.valueText): a count is a whole number from 0 on")
        }
        return whole
    }

    private mutating func takeQuantile(
        _ text: String?, _ value: Double, at time: Double?, _ limits: ReceivedLimits
    ) throws(ReceivedSeriesFault) {
        guard let text, let quantile = NumberText.number(Array(text.utf8)[...]), (0...1).contains(quantile) else {
            throw .value("the sample of a summary has no label quantile from 0 to 1")
        }
        if time != nil, let place = quantiles.lastIndex(where: { $0.quantile == quantile }) {
            switch Repetition(at: time, after: quantileTimes[place]) {
            case .later:
                quantiles[place] = ReceivedQuantile(quantile: quantile, value: value)
                quantileTimes[place] = time
                return
            case .earlier: return
            case .same: break
            }
        }
        guard quantiles.count < 2 * limits.buckets else { throw Self.tooManyQuantiles(limits) }
        quantiles.append(ReceivedQuantile(quantile: quantile, value: value))
        quantileTimes.append(time)
    }

    /// - Returns: false of a state that is there already.
    private mutating func takeState(
        _ state: String?, _ value: Double, _ own: String, _ limits: ReceivedLimits
    ) throws(ReceivedSeriesFault) -> Bool {
        guard let given = state, !given.isEmpty else {
            throw .value("the sample of a state set has no label \(own) with the state")
        }
        // A state as it is served: two that differ only in a character that no label may have are one.
        let state = String(decoding: LabelBytes.withoutNull(Array(given.utf8)), as: UTF8.self)
        guard value == 0 || value == 1 else { throw .value("a state is 1 where it holds, and 0 where it does not") }
        guard !states.contains(where: { $0.name.utf8.elementsEqual(state.utf8) }) else { return false }
        guard states.count < limits.states, state.utf8.count <= limits.labelValue else {
            throw ReceivedSeriesFault(.limit, "\(limits.states) states of \(limits.labelValue) bytes are the most")
        }
        states.append(ReceivedState(name: state, isActive: value == 1))
        return true
    }
}

extension ReceivedSeriesDraft {
    /// The series, when all of its samples have been read, and whether one of its buckets or quantiles is there a second time.
    ///
    /// - Throws: what contradicts itself or is missing.
    func finished(
        _ kind: ServedKind, of family: String, _ limits: ReceivedLimits
    ) throws(ReceivedSeriesFault) -> (series: ReceivedSeries, isRepeated: Bool) {
        switch kind {
        case .counter, .gauge, .untyped, .info:
            guard let value else { throw .value("\(family) has the time of its beginning and no value") }
            return (
                ReceivedSeries(
                    labels: labels, value: value, created: kind == .counter ? created : nil,
                    exemplars: exemplar.map { [$0] } ?? []), false
            )
        case .histogram, .gaugeHistogram: return try histogram(kind, of: family, limits)
        case .summary:
            let own = Self.firsts(quantiles, by: \.quantile)
            guard own.count <= limits.buckets else { throw Self.tooManyQuantiles(limits) }
            guard !own.isEmpty || count != nil || sum != nil else {
                throw .value("\(family) has the time of its beginning only")
            }
            return (
                ReceivedSeries(
                    labels: labels, value: .summary(ReceivedSummary(quantiles: own, count: count, sum: sum)), created: created),
                own.count < quantiles.count
            )
        case .stateSet: return (ReceivedSeries(labels: labels, value: .stateSet(states)), false)
        }
    }

    private func histogram(
        _ kind: ServedKind, of family: String, _ limits: ReceivedLimits
    ) throws(ReceivedSeriesFault) -> (series: ReceivedSeries, isRepeated: Bool) {
        let sorted = Self.firsts(buckets, by: \.bound)
        guard let top = sorted.last, top.bound == .infinity else {
            throw .histogram("the histogram \(family) has no bucket le=\"+Inf\", which counts all observations")
        }
        guard sorted.count <= limits.buckets + 1 else { throw Self.tooManyBuckets(limits) }
        for (bucket, next) in zip(sorted, sorted.dropFirst()) where bucket.count > next.count {
            throw .histogram(
                "the bucket le=\"\(NumberText.bound(next.bound))\" of \(family) counts less than the one before: each counts all "
                    + "observations up to its bound")
        }
        guard count == nil || count == top.count else {
            throw .histogram("the count of \(family) is not that of its bucket le=\"+Inf\"")
        }
        let exemplars = sorted.map(\.exemplar)
        let value = ReceivedHistogram(bounds: sorted.dropLast().map(\.bound), cumulativeCounts: sorted.map(\.count), sum: sum)
        return (
            ReceivedSeries(
                labels: labels, value: .histogram(value), created: kind == .histogram ? created : nil,
                exemplars: exemplars.contains { $0 != nil } ? exemplars : []), sorted.count < buckets.count
        )
    }

    /// The elements in ascending order; of those that are equal, the one that came first.
    private static func firsts<Element>(_ elements: [Element], by key: (Element) -> Double) -> [Element] {
        if zip(elements, elements.dropFirst()).allSatisfy({ key($0) < key($1) }) { return elements }
        var firsts: [Element] = []
        for (_, element) in elements.enumerated().sorted(by: { (key($0.element), $0.offset) < (key($1.element), $1.offset) })
        where firsts.last.map({ key($0) != key(element) }) ?? true { firsts.append(element) }
        return firsts
    }
}

import ApusMetrics

/// A point that has been found sound, ready to be taken into its series.
struct OTLPReading {
    let labels: [UInt8]
    let value: ReceivedValue
    let start: UInt64
    let time: UInt64
    let exemplars: [Exemplar?]
}

/// One series as it is kept from request to request.
struct OTLPStream {
    /// The scope that it was recorded in, as its place among those of its identity.
    let scope: Int
    /// The name of its metric before it was made legal: of two metrics that come to one name, one has the series.
    let origin: String
    private(set) var series: ReceivedSeries
    private var start: UInt64
    private var time: UInt64
    private var isDelta: Bool
    /// When it was heard of last, on the agent's clock.
    private(set) var heard: UInt64

    /// - Parameter counts: whether the value counts from a beginning, which is served with it.
    init(_ reading: OTLPReading, isDelta: Bool, counts: Bool, scope: Int, origin: String, at now: UInt64) {
        self.scope = scope
        self.origin = origin
        self.isDelta = isDelta
        start = reading.start
        time = reading.time
        heard = now
        series = ReceivedSeries(
            labels: reading.labels, value: reading.value, created: counts ? Self.created(reading) : nil,
            exemplars: reading.exemplars)
    }

    private static func created(_ reading: OTLPReading) -> Double? {
        reading.start > 0 && (reading.time == 0 || reading.start <= reading.time)
            ? Double(reading.start) / OTLPExemplar.second : nil
    }

    /// Takes the next point: a cumulative one replaces what was, a delta is added to it.
    ///
    /// A count that begins anew has a later start: it is served as it is, with that start, so that its reader sees a reset. Deltas go on
    /// from whoever reported before under this identity; one that overlaps the last counts, as a process that ends reports beside the
    /// one that takes its place. What is older by more than a retry can be is of a clock that was set, and is taken as new.
    ///
    /// - Throws: when the point is no newer than what was taken.
    mutating func take(
        _ reading: OTLPReading, isDelta: Bool, counts: Bool, mostBuckets: Int, at now: UInt64
    ) throws(OTLPRejection) {
        let next = Self(reading, isDelta: isDelta, counts: counts, scope: scope, origin: origin, at: now)
        guard isDelta, self.isDelta else {
            if !isDelta, !self.isDelta, reading.time != 0 {
                // Within one request; in another one it may have gone on in the same tick of its clock.
                guard heard != now || reading.time != time || reading.start != start || reading.value == series.value else {
                    throw OTLPRejection(
                        "two points of one time come to one series: the names of their attributes are the same once they are legal, or two "
                            + "resources of the request have one service.instance.id")
                }
                let isOlder = reading.time < time || reading.start != 0 && reading.start < start
                guard !isOlder || isOfAnotherClock(reading) else {
                    throw OTLPRejection("a point is older than the one before of its series")
                }
            }
            self = next
            return
        }
        guard reading.time > time || isOfAnotherClock(reading) else {
            throw OTLPRejection(
                "a delta ends before the one before of its series, or with it: it was sent twice or out of order, or two series come to one "
                    + "once the names of attributes are legal")
        }
        guard let value = series.value.adding(reading.value, mostBuckets: mostBuckets) else {
            // Other bounds, or a sum that no number holds: it counts anew.
            self = next
            return
        }
        time = reading.time
        heard = now
        series.value = value
        series.exemplars = Self.newer(reading.exemplars, than: series.exemplars)
    }

    /// Whether a point is older than the last by more than any retry of an exporter takes.
    private func isOfAnotherClock(_ reading: OTLPReading) -> Bool {
        reading.time < time && time - reading.time > Self.longestRetry
    }

    /// Nanoseconds; exporters give up sooner.
    private static let longestRetry: UInt64 = 300_000_000_000

    /// The exemplars of a point, and earlier ones where it has none.
    private static func newer(_ exemplars: [Exemplar?], than earlier: [Exemplar?]) -> [Exemplar?] {
        guard !exemplars.isEmpty else { return earlier }
        guard exemplars.count == earlier.count else { return exemplars }
        return zip(exemplars, earlier).map { $0 ?? $1 }
    }
}

extension ReceivedValue {
    /// The sum of both; `nil` where they are of different kinds, bounds or thresholds, or more than a count can be.
    fileprivate func adding(_ other: Self, mostBuckets: Int) -> Self? {
        switch (self, other) {
        case (.integer(let one), .integer(let more)):
            let sum = one + more
            return (Int128(Int64.min)...Int128(UInt64.max)).contains(sum) ? .integer(sum) : .number(Double(sum))
        case (.integer(let one), .number(let more)): return .number(Double(one) + more)
        case (.number(let one), .integer(let more)): return .number(one + Double(more))
        case (.number(let one), .number(let more)): return .number(one + more)
        case (.histogram(var one), .histogram(let more)):
            guard one.bounds == more.bounds, !one.count.addingReportingOverflow(more.count).overflow else { return nil }
            for index in one.cumulativeCounts.indices { one.cumulativeCounts[index] += more.cumulativeCounts[index] }
            one.sum = one.sum.flatMap { sum in more.sum.map { sum + $0 } }
            return .histogram(one)
        case (.exponential(var one), .exponential(let more)):
            return one.add(more, mostBuckets: mostBuckets) ? .exponential(one) : nil
        default: return nil
        }
    }
}

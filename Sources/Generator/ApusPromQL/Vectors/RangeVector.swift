public import ApusMetrics

/// The values of some series within a window: samples of gauges, or an expression evaluated again and again (a subquery).
public struct RangeVector<Key: LabelKey>: Sendable {
    public let expression: PromQLExpression

    init(_ expression: PromQLExpression) {
        self.expression = expression
    }

    /// The mean of the values.
    public var average: InstantVector<Key> { over(.avgOverTime) }
    public var minimum: InstantVector<Key> { over(.minOverTime) }
    public var maximum: InstantVector<Key> { over(.maxOverTime) }
    /// All values added up.
    public var total: InstantVector<Key> { over(.sumOverTime) }
    /// The number of values.
    public var count: InstantVector<Key> { over(.countOverTime) }
    /// The newest value.
    public var last: InstantVector<Key> { over(.lastOverTime) }
    public var standardDeviation: InstantVector<Key> { over(.stddevOverTime) }
    public var standardVariance: InstantVector<Key> { over(.stdvarOverTime) }
    /// How often the value changed.
    public var changes: InstantVector<Key> { over(.changes) }
    /// The last value less the first, extrapolated to the whole window.
    public var delta: InstantVector<Key> { over(.delta) }
    /// The last value less the one before.
    public var instantDelta: InstantVector<Key> { over(.idelta) }
    /// Change per second, by linear regression.
    public var derivative: InstantVector<Key> { over(.deriv) }
    /// 1 for each series that has a value.
    public var present: InstantVector<Key> { over(.presentOverTime) }
    /// 1 when there is no value, and nothing when there is.
    public var absent: InstantVector<Key> { over(.absentOverTime) }

    /// The value under which a share of the values lies, from 0 to 1.
    public func quantile(_ share: Double) -> InstantVector<Key> {
        InstantVector(.call(.quantileOverTime, [PromQLExpression(.number(share)), expression]))
    }

    /// The value some time from now, by linear regression.
    public func predicted(after duration: Duration) -> InstantVector<Key> {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        return InstantVector(.call(.predictLinear, [expression, PromQLExpression(.number(seconds))]))
    }

    /// The smoothed value (Holt-Winters), with factors between 0 and 1: the lower the first, the more old values weigh; the higher
    /// the second, the more trends do.
    public func smoothed(factor: Double, trend: Double) -> InstantVector<Key> {
        InstantVector(.call(.holtWinters, [expression, PromQLExpression(.number(factor)), PromQLExpression(.number(trend))]))
    }

    private func over(_ function: PromQLFunction) -> InstantVector<Key> { InstantVector(.call(function, [expression])) }
}

extension InstantVector {
    /// The results of evaluating this vector again and again within a window (a subquery).
    ///
    /// - Parameters:
    ///   - step: between two evaluations; nil for Prometheus' evaluation interval.
    ///   - offset: how long before now the window ends.
    ///   - time: when it ends instead of now.
    public func samples(
        over window: RateWindow, every step: Duration? = nil, offset: Duration? = nil, at time: QueryTime? = nil
    ) -> RangeVector<Key> {
        RangeVector(
            PromQLExpression(
                .subquery(
                    expression, window: window.duration, step: step.map { PromQLDuration($0) },
                    PromQLModifiers(time: time?.modifier, offset: offset.map { PromQLDuration($0) }))))
    }
}

/// How far back a rate looks.
public enum RateWindow: Hashable, Sendable {
    /// A fixed time: for rules. At least four scrapes, so that one lost scrape leaves a rate.
    case fixed(Duration)
    /// Grafana's `$__rate_interval`, which follows the zoom and the scrape interval: for panels.
    case rateInterval

    public static func seconds(_ count: Int) -> Self { .fixed(.seconds(count)) }
    public static func minutes(_ count: Int) -> Self { .fixed(.seconds(count * 60)) }

    public static func hours(_ count: Int) -> Self { .fixed(.seconds(count * 3600)) }

    var duration: PromQLDuration {
        switch self {
        case .fixed(let duration): PromQLDuration(duration)
        case .rateInterval: .variable("$__rate_interval")
        }
    }
}

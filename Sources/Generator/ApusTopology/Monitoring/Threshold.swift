import ApusText
public import ApusMetrics
import ApusPromQL

/// A limit that an alert watches, with how soon people must act once it is passed and where it was declared.
///
/// A ``ThresholdKey`` declares that there is such a limit, and its default; a fleet sets another one between the parentheses of its
/// ``Thresholds``.
public struct Threshold: Hashable, Sendable {
    /// What the topology calls it: `cpuPercent`.
    public let name: String
    /// A few words for tables: `CPU of a process`.
    public let title: String
    public let amount: Amount
    public let severity: Severity
    /// The place that sets it: in the fleet's ``Thresholds`` or, for a default, that of its ``ThresholdKey``.
    public let place: SourcePlace
    /// Whether the fleet leaves the limit as it is declared.
    public let isDefault: Bool
    /// The histogram of which the limit bounds a quantile, if it does.
    let quantileOf: MetricFamily?

    /// A limit in its unit.
    public enum Amount: Hashable, Sendable {
        /// Percent of one core.
        case percent(Double)
        /// A share, from 0 to 1.
        case ratio(Double)
        case count(Int)
        case bytes(ByteCount)
        case duration(Duration)
    }

    /// The limit as series have it: percents, shares, numbers, bytes, seconds.
    public var value: Double {
        switch amount {
        case .percent(let value), .ratio(let value): value
        case .count(let count): Double(count)
        case .bytes(let count): Double(count.bytes)
        case .duration(let duration): duration / .seconds(1)
        }
    }

    /// The same threshold with a limit that follows from its own, such as one for each service.
    package func with(_ amount: Amount) -> Self {
        Self(
            name: name, title: title, amount: amount, severity: severity, place: place, isDefault: isDefault,
            quantileOf: quantileOf)
    }

    /// The limit in whole units, as processes and servers are told it.
    package var wholeValue: Int {
        switch amount {
        case .count(let count): count
        case .bytes(let count): count.bytes
        case .percent, .ratio, .duration: Int(exactly: value.rounded()) ?? .max
        }
    }

    /// The limit as tables show it: `70 % of a core`, `512 MiB`, `5m`.
    public var text: String {
        switch amount {
        case .percent(let value): "\(PromQLNumber.string(value)) % of a core"
        case .ratio(let ratio): "\(PromQLNumber.string((ratio * 1e8).rounded() / 1e6)) %"
        case .count(let count): "\(count)"
        case .bytes(let count): count.shortText
        case .duration(let duration): DurationText.string(duration)
        }
    }
}

/// The declaration of a limit that a fleet can change: its name, its unit, and its default.
///
/// Whoever writes an alert declares its limit, beside it:
///
/// ```swift
/// extension Threshold {
///     /// The number of carts that nobody has paid for.
///     public static let abandonedCarts = ThresholdKey.count("abandonedCarts", 100, .low, "abandoned carts")
/// }
///
/// Alert("CartsAbandoned", when: Shop.abandoned.series.value, above: fleet.thresholds[Threshold.abandonedCarts], …)
/// ```
///
/// A fleet that wants another one writes `Thresholds(.abandonedCarts(500, .medium))`.
public struct ThresholdKey<Value: Sendable>: Sendable {
    /// What holds in a fleet that sets nothing else.
    public let standard: Threshold
    private let amount: @Sendable (Value) -> Threshold.Amount

    fileprivate init(
        _ name: String, _ value: Value, _ severity: Severity, _ title: String, quantileOf histogram: MetricFamily? = nil,
        _ fileID: String, _ line: Int, _ amount: @escaping @Sendable (Value) -> Threshold.Amount
    ) {
        standard = Threshold(
            name: name, title: title, amount: amount(value), severity: severity,
            place: SourcePlace(fileID: fileID, line: line), isDefault: true, quantileOf: histogram)
        self.amount = amount
    }

    /// Sets the limit of a fleet, in place of its default.
    ///
    /// - Parameter severity: how soon people must act once it is passed; nil for the default's.
    public func callAsFunction(
        _ value: Value, _ severity: Severity? = nil, fileID: String = #fileID, line: Int = #line
    ) -> Threshold {
        Threshold(
            name: standard.name, title: standard.title, amount: amount(value), severity: severity ?? standard.severity,
            place: SourcePlace(fileID: fileID, line: line), isDefault: false, quantileOf: standard.quantileOf)
    }
}

extension ThresholdKey<Double> {
    /// Declares a limit in percent of one core.
    public static func percent(
        _ name: String, _ value: Double, _ severity: Severity, _ title: String, fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(name, value, severity, title, fileID, line, Threshold.Amount.percent)
    }

    /// Declares a limit that is a share, from 0 to 1.
    public static func ratio(
        _ name: String, _ value: Double, _ severity: Severity, _ title: String, fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(name, value, severity, title, fileID, line, Threshold.Amount.ratio)
    }
}

extension ThresholdKey<Int> {
    /// Declares a limit that is a number of things, at least 1.
    public static func count(
        _ name: String, _ value: Int, _ severity: Severity, _ title: String, fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(name, value, severity, title, fileID, line, Threshold.Amount.count)
    }
}

extension ThresholdKey<ByteCount> {
    /// Declares a limit in bytes, at least a mebibyte.
    public static func bytes(
        _ name: String, _ value: ByteCount, _ severity: Severity, _ title: String, fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(name, value, severity, title, fileID, line, Threshold.Amount.bytes)
    }
}

extension ThresholdKey<Duration> {
    /// Declares a limit that is a time, in whole milliseconds.
    ///
    /// - Parameter histogram: the one of which the limit bounds a quantile; the quantile is never above its last bucket, nor may
    ///   the limit be.
    public static func duration(
        _ name: String, _ value: Duration, _ severity: Severity, _ title: String, quantileOf histogram: MetricFamily? = nil,
        fileID: String = #fileID, line: Int = #line
    ) -> Self {
        Self(name, value, severity, title, quantileOf: histogram, fileID, line, Threshold.Amount.duration)
    }
}

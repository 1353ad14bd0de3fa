/// A bound on what comes from outside, together with what a person must know when it bites.
///
/// Limits are declared as constants of an enum of their module, whose `all` lists them for docs/limits.md:
///
/// ```swift
/// package enum ScrapeLimits: LimitCatalog {
///     package static let title = "Clients of the endpoint"
///     package static let request = Limit(
///         .seconds(10), "a whole request", per: "connection", metric: "apus_agent_cut_connections_total",
///         remedy: "look at who connects: the log names the address")
///     package static let all: [any AnyLimit] = [request]
/// }
/// ```
package struct Limit<Value: LimitValue>: AnyLimit {
    /// The default.
    package let value: Value
    package let subject: String
    package let owner: String
    package let option: String?
    package let metric: String?
    package let remedy: String

    /// - Parameters:
    ///   - subject: what is bounded, such as `bytes of one report`.
    ///   - owner: who pays for going over it, such as `instance` or `connection`.
    ///   - option: the setting that changes it; nil where none does.
    ///   - metric: the family that counts when it bites; nil where nothing counts it.
    ///   - remedy: what an operator does about it.
    package init(
        _ value: Value, _ subject: String, per owner: String, option: String? = nil, metric: String? = nil, remedy: String
    ) {
        self.value = value
        self.subject = subject
        self.owner = owner
        self.option = option
        self.metric = metric
        self.remedy = remedy
    }

    package var text: String { value.limitText }
}

/// A limit of whatever type, as a table shows it.
package protocol AnyLimit: Sendable {
    /// What is bounded.
    var subject: String { get }
    /// Who pays for going over it.
    var owner: String { get }
    /// The setting that changes it.
    var option: String? { get }
    /// The family that counts when it bites.
    var metric: String? { get }
    /// What an operator does about it.
    var remedy: String { get }
    /// The default with its unit.
    var text: String { get }
}

/// The limits of one part of the product.
package protocol LimitCatalog {
    /// The heading above its limits in docs/limits.md.
    static var title: String { get }
    static var all: [any AnyLimit] { get }
}

/// The values that a limit can have: a count, a number of bytes, or a time.
package protocol LimitValue: Sendable, Hashable {
    /// The value with its unit, for people.
    var limitText: String { get }
}

extension Int: LimitValue {
    package var limitText: String { "\(self)" }
}

extension Duration: LimitValue {
    package var limitText: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        if seconds == 0 { return "\(milliseconds) ms" }
        if milliseconds != 0 { return "\(Double(seconds) + Double(milliseconds) / 1000) s" }
        if seconds % 3600 == 0 { return "\(seconds / 3600) h" }
        return seconds % 60 == 0 && seconds >= 300 ? "\(seconds / 60) min" : "\(seconds) s"
    }
}

/// A number of bytes.
package struct ByteLimit: LimitValue, Comparable {
    package let bytes: Int

    package init(bytes: Int) { self.bytes = bytes }

    package static func kibibytes(_ count: Int) -> ByteLimit { ByteLimit(bytes: count << 10) }
    package static func mebibytes(_ count: Int) -> ByteLimit { ByteLimit(bytes: count << 20) }
    package static func < (one: ByteLimit, other: ByteLimit) -> Bool { one.bytes < other.bytes }

    package var limitText: String {
        if bytes >= 1 << 20, bytes % (1 << 20) == 0 { return "\(bytes >> 20) MiB" }
        return bytes >= 1 << 10 && bytes % (1 << 10) == 0 ? "\(bytes >> 10) KiB" : "\(bytes) bytes"
    }
}

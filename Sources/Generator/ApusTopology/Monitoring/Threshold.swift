/// A limit, and how soon people must act once it is passed.
public struct Threshold<Value: Hashable & Sendable>: Hashable, Sendable {
    public let value: Value
    public let severity: Severity

    public init(_ value: Value, _ severity: Severity) {
        self.value = value
        self.severity = severity
    }
}

/// A queue of a broker.
public struct BrokerQueue: Hashable, Sendable {
    public let name: String
    /// The service whose instances take from it.
    public let consumers: String
    /// Messages that a consumer holds without having acknowledged them.
    public let prefetch: Int
    /// Messages past which the broker refuses more; nil for no limit.
    public let maxLength: Int?
    public let place: SourcePlace

    public init(
        _ name: String, consumers: String, prefetch: Int = 50, maxLength: Int? = nil, fileID: String = #fileID,
        line: Int = #line
    ) {
        self.name = name
        self.consumers = consumers
        self.prefetch = prefetch
        self.maxLength = maxLength
        place = SourcePlace(fileID: fileID, line: line)
    }
}

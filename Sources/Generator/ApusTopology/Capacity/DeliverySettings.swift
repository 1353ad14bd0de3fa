/// How workers take work off the queue.
public struct DeliverySettings: FleetPart {
    /// Most notifications that one claim leases.
    public let batchSize: Int
    /// How long a claimed notification is the worker's.
    public let lease: Duration
    /// Time between two looks at an empty queue.
    public let pollInterval: Duration
    public let place: SourcePlace

    public init(
        batchSize: Int = 50, lease: Duration = .seconds(300), pollInterval: Duration = .seconds(5), fileID: String = #fileID,
        line: Int = #line
    ) {
        self.batchSize = batchSize
        self.lease = lease
        self.pollInterval = pollInterval
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Fleet {
    /// How workers of the fleet take work off the queue.
    public var delivery: DeliverySettings { part(of: DeliverySettings.self) ?? DeliverySettings() }
}

/// The limits that alerts watch and panels draw as lines: the same numbers in both.
public struct Thresholds: Hashable, Sendable {
    /// CPU of one process, in percent of one core.
    public let cpuPercent: Double
    /// Resident memory of one process.
    public let memory: ByteCount
    /// Open database connections of the whole fleet.
    public let connections: Int
    /// Notifications in the queue, in all states.
    public let queueDepth: Int
    /// Failed attempts among all attempts to deliver, from 0 to 1.
    public let errorRatio: Double
    public let place: SourcePlace

    public init(
        cpuPercent: Double = 70, memory: ByteCount = .mebibytes(512), connections: Int = 50, queueDepth: Int = 10_000,
        errorRatio: Double = 0.01, fileID: String = #fileID, line: Int = #line
    ) {
        self.cpuPercent = cpuPercent
        self.memory = memory
        self.connections = connections
        self.queueDepth = queueDepth
        self.errorRatio = errorRatio
        place = SourcePlace(fileID: fileID, line: line)
    }
}

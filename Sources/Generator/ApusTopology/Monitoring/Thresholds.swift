/// The limits that alerts watch, panels draw as lines and scalers act on: the same numbers in all.
public struct Thresholds: FleetPart {
    // MARK: - Processes

    /// CPU of one process, in percent of one core.
    public let cpuPercent: Threshold<Double>
    /// Resident memory of one process.
    public let memory: Threshold<ByteCount>
    /// Growth of one process's heap within an hour.
    public let heapGrowth: Threshold<ByteCount>
    /// Starts of one instance within a quarter of an hour.
    public let restarts: Threshold<Int>

    // MARK: - Work

    /// Notifications in the queue, in all states.
    public let queueDepth: Threshold<Int>
    /// Age of the oldest notification that is due and held by nobody.
    public let queueAge: Threshold<Duration>
    /// Failed attempts among all attempts to deliver, from 0 to 1.
    public let errorRatio: Threshold<Double>
    /// The 95th percentile of the time of one attempt to deliver.
    public let deliveryLatency: Threshold<Duration>
    /// Leases lost to another worker among all claims, from 0 to 1.
    public let lostLeases: Threshold<Double>

    // MARK: - Requests

    /// Answers with status 5xx among all, from 0 to 1.
    public let requestErrorRatio: Threshold<Double>
    /// The 95th percentile of the time to answer a request.
    public let requestLatency: Threshold<Duration>

    // MARK: - Backends

    /// Open database connections of the whole fleet.
    public let connections: Threshold<Int>
    /// Connections in use among those that an instance's pool may open, from 0 to 1.
    public let poolUse: Threshold<Double>
    /// Connections among those that a database server takes, from 0 to 1.
    public let databaseConnections: Threshold<Double>
    /// Memory in use among that of a cache, from 0 to 1.
    public let cacheMemory: Threshold<Double>
    /// Messages in a broker's queue.
    public let brokerDepth: Threshold<Int>
    /// Time until a certificate expires.
    public let certificateExpiry: Threshold<Duration>

    // MARK: - Hosts

    /// Free space of a file system, from 0 to 1.
    public let freeDisk: Threshold<Double>
    /// Share of time in which some task waited for memory, from 0 to 1.
    public let memoryPressure: Threshold<Double>

    public let place: SourcePlace

    public init(
        cpuPercent: Threshold<Double> = .init(70, .medium),
        memory: Threshold<ByteCount> = .init(.mebibytes(512), .high),
        heapGrowth: Threshold<ByteCount> = .init(.mebibytes(64), .medium),
        restarts: Threshold<Int> = .init(3, .high),
        queueDepth: Threshold<Int> = .init(10_000, .high),
        queueAge: Threshold<Duration> = .init(.seconds(300), .high),
        errorRatio: Threshold<Double> = .init(0.01, .critical),
        deliveryLatency: Threshold<Duration> = .init(.seconds(5), .medium),
        lostLeases: Threshold<Double> = .init(0.01, .medium),
        requestErrorRatio: Threshold<Double> = .init(0.05, .critical),
        requestLatency: Threshold<Duration> = .init(.milliseconds(500), .high),
        connections: Threshold<Int> = .init(50, .high),
        poolUse: Threshold<Double> = .init(0.9, .high),
        databaseConnections: Threshold<Double> = .init(0.8, .high),
        cacheMemory: Threshold<Double> = .init(0.9, .medium),
        brokerDepth: Threshold<Int> = .init(10_000, .high),
        certificateExpiry: Threshold<Duration> = .init(.seconds(14 * 86_400), .high),
        freeDisk: Threshold<Double> = .init(0.1, .high),
        memoryPressure: Threshold<Double> = .init(0.1, .medium),
        fileID: String = #fileID, line: Int = #line
    ) {
        self.cpuPercent = cpuPercent
        self.memory = memory
        self.heapGrowth = heapGrowth
        self.restarts = restarts
        self.queueDepth = queueDepth
        self.queueAge = queueAge
        self.errorRatio = errorRatio
        self.deliveryLatency = deliveryLatency
        self.lostLeases = lostLeases
        self.requestErrorRatio = requestErrorRatio
        self.requestLatency = requestLatency
        self.connections = connections
        self.poolUse = poolUse
        self.databaseConnections = databaseConnections
        self.cacheMemory = cacheMemory
        self.brokerDepth = brokerDepth
        self.certificateExpiry = certificateExpiry
        self.freeDisk = freeDisk
        self.memoryPressure = memoryPressure
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Fleet {
    /// The limits that alerts, panels and scalers of the fleet share.
    public var thresholds: Thresholds { part(of: Thresholds.self) ?? Thresholds() }
}

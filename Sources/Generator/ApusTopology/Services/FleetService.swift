/// A service and the instances that run it.
public struct FleetService: Hashable, Sendable {
    /// The value of the label `service`.
    public let name: String
    public let role: ServiceRole
    /// In order of declaration.
    public let instances: [Instance]
    /// The most that each instance may take from its host.
    public let limits: ResourceLimits
    /// What its instances record, besides what the agent sees from outside.
    public let records: Set<RecordedMetrics>
    public let health: HealthPaths
    /// Nil: its number of instances stays as it is declared.
    public let scaling: Scaling?
    public let place: SourcePlace

    /// - Parameter records: what its instances record; nil for what a service of its role in this product does.
    public init(
        _ name: String, role: ServiceRole, limits: ResourceLimits = ResourceLimits(), records: Set<RecordedMetrics>? = nil,
        health: HealthPaths = HealthPaths(), scaling: Scaling? = nil, fileID: String = #fileID, line: Int = #line,
        @InstanceBuilder instances: () -> [Instance]
    ) {
        self.name = name
        self.role = role
        self.limits = limits
        self.records = records ?? role.usuallyRecords
        self.health = health
        self.scaling = scaling
        self.instances = instances()
        place = SourcePlace(fileID: fileID, line: line)
    }
}

/// What a service does, as far as a fleet must know.
public enum ServiceRole: String, CaseIterable, Hashable, Sendable {
    /// Answers requests at its port.
    case api
    /// Takes work off the queue; listens nowhere.
    case worker

    var usuallyRecords: Set<RecordedMetrics> {
        switch self {
        case .api: [.requests, .pool]
        case .worker: [.deliveries, .pool]
        }
    }
}

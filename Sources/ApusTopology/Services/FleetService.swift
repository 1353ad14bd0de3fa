/// A service and the instances that run it.
public struct FleetService: Hashable, Sendable {
    /// The value of the label `service`.
    public let name: String
    public let role: ServiceRole
    /// In order of declaration.
    public let instances: [Instance]
    /// The most that each instance may take from its host.
    public let limits: ResourceLimits
    public let place: SourcePlace

    public init(
        _ name: String, role: ServiceRole, limits: ResourceLimits = ResourceLimits(), fileID: String = #fileID,
        line: Int = #line,
        @InstanceBuilder instances: () -> [Instance]
    ) {
        self.name = name
        self.role = role
        self.limits = limits
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
}

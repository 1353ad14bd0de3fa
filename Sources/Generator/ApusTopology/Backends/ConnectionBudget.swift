public import AgentMetrics

/// The database connections of the whole fleet as one budget: so many an instance, between two bounds.
public struct ConnectionBudget: FleetPart {
    public let perInstance: Int
    public let minimum: Int
    public let maximum: Int
    public let place: SourcePlace

    public init(
        perInstance: Int = 5, minimum: Int = 10, maximum: Int = 50, fileID: String = #fileID, line: Int = #line
    ) {
        self.perInstance = perInstance
        self.minimum = minimum
        self.maximum = maximum
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// The number of connections of a whole fleet: `instances × perInstance`, not below the minimum nor above the maximum.
    public func limit(instances: Int) -> Int {
        let (product, overflow) = instances.multipliedReportingOverflow(by: perInstance)
        return min(max(overflow ? .max : product, minimum), maximum)
    }

    /// The number of connections of each instance: every share within one of the others, the larger ones first, their sum the limit.
    public func shares(instances: Int) -> [Int] {
        guard instances > 0 else { return [] }
        return (0..<instances).map { share(at: $0, of: instances) }
    }

    /// The share of the instance at a position among so many, which are more than none.
    func share(at index: Int, of instances: Int) -> Int {
        let (share, rest) = limit(instances: instances).quotientAndRemainder(dividingBy: instances)
        return index < rest ? share + 1 : share
    }
}

extension Fleet {
    /// The maximum number of connections that all processes together may open.
    public var connectionLimit: Int { connections.limit(instances: instanceCount) }

    /// The maximum number of connections that one instance may open; nil when the fleet has no such instance.
    public func connectionShare(of identity: InstanceIdentity) -> Int? {
        var before = 0
        for service in services {
            if service.name == identity.service,
                let index = service.instances.firstIndex(where: { $0.name == identity.instance })
            {
                return connections.share(at: before + index, of: instanceCount)
            }
            before += service.instances.count
        }
        return nil
    }

    /// The maximum number of connections of each instance of a service, in their order; empty when the fleet has no such service.
    public func connectionShares(of service: FleetService) -> [Int] {
        let before = services.prefix { $0.name != service.name }.map(\.instances.count).reduce(0, +)
        let count = instanceCount
        guard before < count else { return [] }
        return service.instances.indices.map { connections.share(at: before + $0, of: count) }
    }
}

extension Fleet {
    /// The database connections of the whole fleet as one budget.
    public var connections: ConnectionBudget { part(of: ConnectionBudget.self) ?? ConnectionBudget() }
}

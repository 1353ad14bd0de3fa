/// The database connections of the whole fleet as one budget: so many an instance, between two bounds.
public struct ConnectionBudget: Hashable, Sendable {
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

    /// The budget of a fleet: `instances × perInstance`, not below the minimum nor above the maximum.
    public func limit(instances: Int) -> Int {
        min(max(instances * perInstance, minimum), maximum)
    }

    /// The budget dealt out: every share within one of the others, the larger ones first, their sum the limit.
    public func shares(instances: Int) -> [Int] {
        guard instances > 0 else { return [] }
        let (share, rest) = limit(instances: instances).quotientAndRemainder(dividingBy: instances)
        return (0..<instances).map { $0 < rest ? share + 1 : share }
    }
}

extension Fleet {
    /// Most connections that all processes together may open.
    public var connectionLimit: Int { connections.limit(instances: identities.count) }

    /// Most connections that one instance may open; nil when the fleet has no such instance.
    public func connectionShare(of identity: InstanceIdentity) -> Int? {
        let identities = identities
        guard let index = identities.firstIndex(of: identity) else { return nil }
        return connections.shares(instances: identities.count)[index]
    }
}

/// A Redis server of the fleet.
public struct Cache: FleetPart {
    /// The label `instance` of its series, and its host name among containers.
    public let name: String
    /// The version of the server, as its container image has it.
    public let version: String
    /// The address of the server; nil for the fleet's host.
    public let host: String?
    public let port: Int
    /// The memory that the server may fill (`maxmemory`).
    public let maxMemory: ByteCount
    /// Whether what lies in it may be evicted when the memory is full; locks and sessions may not.
    public let evicts: Bool
    /// The port at which redis_exporter serves its metrics.
    public let exporterPort: Int
    public let limits: ContainerLimits
    public let place: SourcePlace

    public init(
        _ name: String, version: String = "7", host: String? = nil, port: Int = 6379, maxMemory: ByteCount = .mebibytes(256),
        evicts: Bool = false, exporterPort: Int = 9121,
        limits: ContainerLimits = ContainerLimits(memory: .mebibytes(512), cpus: 1), fileID: String = #fileID, line: Int = #line
    ) {
        self.name = name
        self.version = version
        self.host = host
        self.port = port
        self.maxMemory = maxMemory
        self.evicts = evicts
        self.exporterPort = exporterPort
        self.limits = limits
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Cache {
    public var partName: String? { name }
    public var standsAlone: Bool { false }

    /// Finds versions and limits of memory that its own container would not take.
    public func faults(in fleet: Fleet) -> [FleetFault] {
        var faults = Fleet.limitFaults(limits, of: name, place)
        if !LegalText.isTag(version) { faults.append(Fleet.illegalVersion(version, of: name, place)) }
        if maxMemory < .mebibytes(1) {
            faults.append(
                .contradiction("\(name) may use \(maxMemory.bytes) bytes: give it at least .mebibytes(1)", place: place))
        }
        if maxMemory >= limits.memory {
            faults.append(
                .contradiction(
                    "\(name) may fill \(maxMemory.bytes) bytes but is ended at \(limits.memory.bytes): lower maxMemory or raise "
                        + "the limit", place: place))
        }
        return faults
    }
}

extension Fleet {
    /// The Redis servers of the fleet, in order of declaration.
    public var caches: [Cache] { parts(of: Cache.self) }
}

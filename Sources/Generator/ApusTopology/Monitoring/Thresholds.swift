import AgentMetrics

/// The limits that a fleet sets in place of their defaults; alerts watch them, panels draw them as lines and scalers act on them.
///
/// ```swift
/// Thresholds(.cpuPercent(80, .medium), .memory(.mebibytes(256)), .connections(200))
/// ```
///
/// Each limit is declared by a ``ThresholdKey`` beside the alert that watches it. `fleet.thresholds[Threshold.memory]` is the one
/// that holds in a fleet: as it is set, or its default.
public struct Thresholds: FleetPart {
    /// The limits that are set, in order.
    public let declared: [Threshold]
    public let place: SourcePlace

    public init(_ declared: Threshold..., fileID: String = #fileID, line: Int = #line) {
        self.declared = declared
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// The limit that holds for a key.
    public subscript<Value>(key: ThresholdKey<Value>) -> Threshold {
        holding(key.standard)
    }

    /// The limit that holds where another one is the default.
    func holding(_ standard: Threshold) -> Threshold { declared.last { $0.name == standard.name } ?? standard }
}

extension Threshold {
    /// The CPU of one process, in percent of one core.
    public static let cpuPercent = ThresholdKey.percent("cpuPercent", UsualLimits.cpuPercent, .medium, "CPU of a process")
    /// The resident memory of one process.
    public static let memory = ThresholdKey.bytes("memory", .bytes(UsualLimits.memoryBytes), .high, "memory of a process")
    /// The number of open database connections of the whole fleet.
    public static let connections = ThresholdKey.count("connections", 50, .high, "connections of the fleet")
    /// The number of messages in a broker's queue.
    public static let brokerDepth = ThresholdKey.count("brokerDepth", 10_000, .high, "broker queue depth")
}

extension Fleet {
    /// The limits that alerts, panels and scalers of the fleet share.
    public var thresholds: Thresholds { part(of: Thresholds.self) ?? Thresholds() }
}

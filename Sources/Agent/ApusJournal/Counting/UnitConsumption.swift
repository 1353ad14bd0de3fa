import ApusLimits

/// What systemd accounts of a unit's run and writes at its end, as far as the unit's settings have it accounted.
package enum UnitResource: Int, Sendable, CaseIterable {
    case cpuNanoseconds
    case ioReadBytes, ioWrittenBytes, ioReads, ioWrites
    case ipReceivedBytes, ipSentBytes, ipReceivedPackets, ipSentPackets
    /// The largest memory of one run, which systemd says from version 256 on.
    case memoryPeakBytes

    /// The field of SD_MESSAGE_UNIT_RESOURCES.
    var field: JournalField {
        switch self {
        case .cpuNanoseconds: JournalField("CPU_USAGE_NSEC")
        case .ioReadBytes: JournalField("IO_METRIC_READ_BYTES")
        case .ioWrittenBytes: JournalField("IO_METRIC_WRITE_BYTES")
        case .ioReads: JournalField("IO_METRIC_READ_OPERATIONS")
        case .ioWrites: JournalField("IO_METRIC_WRITE_OPERATIONS")
        case .ipReceivedBytes: JournalField("IP_METRIC_INGRESS_BYTES")
        case .ipSentBytes: JournalField("IP_METRIC_EGRESS_BYTES")
        case .ipReceivedPackets: JournalField("IP_METRIC_INGRESS_PACKETS")
        case .ipSentPackets: JournalField("IP_METRIC_EGRESS_PACKETS")
        case .memoryPeakBytes: JournalField("MEMORY_PEAK")
        }
    }

    /// Whether runs add up; of the others the last run's stands.
    var isSum: Bool { self != .memoryPeakBytes }
}

/// What the ended runs of a unit have used.
package struct UnitConsumption: Sendable, Equatable {
    /// The amounts in the order of ``UnitResource``; `nil` where nothing was ever accounted.
    private(set) var values: [UInt64?]

    init() { values = Array(repeating: nil, count: UnitResource.allCases.count) }

    /// - Parameter values: one per ``UnitResource``.
    init(values: [UInt64?]) { self.values = values }

    package subscript(resource: UnitResource) -> UInt64? { values[resource.rawValue] }

    mutating func add(_ amount: UInt64, of resource: UnitResource) {
        guard resource.isSum, let before = values[resource.rawValue] else { return values[resource.rawValue] = amount }
        values[resource.rawValue] = before.clampedSum(amount)
    }

    mutating func add(_ later: UnitConsumption) {
        for resource in UnitResource.allCases {
            if let amount = later[resource] { add(amount, of: resource) }
        }
    }
}

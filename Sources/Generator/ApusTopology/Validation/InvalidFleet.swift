/// A fleet that cannot run: its one fault on one line, or all its faults, a line each.
public struct InvalidFleet: Error, Hashable, Sendable, CustomStringConvertible {
    public let faults: [FleetFault]

    public var description: String {
        faults.count == 1
            ? "the fleet contradicts itself: \(faults[0])"
            : "the fleet contradicts itself:\n" + faults.map { "  \($0)" }.joined(separator: "\n")
    }
}

extension Fleet {
    /// Throws all faults, or returns the fleet.
    public func validated() throws(InvalidFleet) -> Fleet {
        let faults = faults
        guard faults.isEmpty else { throw InvalidFleet(faults: faults) }
        return self
    }
}

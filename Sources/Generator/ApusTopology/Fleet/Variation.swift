/// What differs in one environment from the fleet as it is declared: parts that take the place of those of the same kind and
/// name, or come in addition.
///
/// ```swift
/// Variation(.staging) {
///     FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
///     Alerting(hold: .seconds(300))
/// }
/// ```
public struct Variation: FleetPart {
    public let environment: FleetEnvironment
    /// The parts that differ, in order of declaration.
    public let parts: [any FleetPart]
    public let place: SourcePlace

    public init(
        _ environment: FleetEnvironment, fileID: String = #fileID, line: Int = #line,
        @FleetBuilder parts: () -> [any FleetPart]
    ) {
        self.environment = environment
        self.parts = parts()
        place = SourcePlace(fileID: fileID, line: line)
    }

    public var partName: String? { environment.rawValue }

    public static func == (left: Self, right: Self) -> Bool {
        left.environment == right.environment && left.place == right.place && PartList(left.parts) == PartList(right.parts)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(environment)
        hasher.combine(place)
        hasher.combine(PartList(parts))
    }

    /// What is wrong with the variation itself; what it makes of the fleet is validated as a whole.
    public func faults(in fleet: Fleet) -> [FleetFault] {
        let name = environment.rawValue
        var faults: [FleetFault] = []
        if environment == fleet.environment {
            faults.append(
                .contradiction(
                    "the fleet is declared for \(name) and varied for it too: merge the Variation into the fleet, or give the "
                        + "fleet another environment", place: place))
        }
        if parts.isEmpty {
            faults.append(
                .contradiction("the Variation for \(name) changes nothing: give it a part, or remove it", place: place))
        }
        for case let inner as Variation in parts {
            faults.append(
                .contradiction("a Variation is in the one for \(name): declare it beside that", place: inner.place))
        }
        return faults + parts.filter { !($0 is Variation) }.repeated(where: { _ in true })
    }
}

/// Which of its lives a fleet is in; the raw values are those of the command line, and of the label `environment`.
public enum FleetEnvironment: String, CaseIterable, Hashable, Sendable {
    case development, staging, production
}

extension Fleet {
    /// What differs elsewhere, in order of declaration; a fleet that was varied itself has none.
    public var variations: [Variation] { parts(of: Variation.self) }

    /// What is wrong with the fleet as its variations make it.
    ///
    /// - Parameter known: faults of the fleet itself, which are not told again.
    func variationFaults(beyond known: Set<FleetFault>) -> [FleetFault] {
        var seen = known
        var faults: [FleetFault] = []
        var varied: Set<FleetEnvironment> = []
        for variation in variations {
            // One that cannot be applied says nothing of the fleet; two for one environment are told as a repeated part.
            guard variation.faults(in: self).isEmpty, varied.insert(variation.environment).inserted else { continue }
            faults += self.varied(for: variation.environment).ownFaults.filter { seen.insert($0).inserted }
        }
        return faults
    }
}

extension [any FleetPart] {
    /// A fault for each part that is there already, by its type and name.
    func repeated(where isChecked: (any FleetPart) -> Bool = \.standsAlone) -> [FleetFault] {
        var seen: Set<PartIdentity> = []
        return filter(isChecked).compactMap { part in
            let identity = PartIdentity(of: part)
            guard !seen.insert(identity).inserted else { return nil }
            return (part as? FleetProbe)?.repetition ?? .repeatedPart(name: identity.description, place: part.place)
        }
    }
}

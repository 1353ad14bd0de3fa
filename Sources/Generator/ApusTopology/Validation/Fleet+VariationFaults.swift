extension Fleet {
    /// What is wrong with variations, and with the fleet as they make it.
    ///
    /// - Parameter known: faults of the fleet itself, which are not told again.
    func variationFaults(beyond known: Set<FleetFault>) -> [FleetFault] {
        var seen = known
        var faults: [FleetFault] = []
        var varied: Set<FleetEnvironment> = []
        for variation in variations {
            let own = ownFaults(of: variation)
            faults += own
            // One that cannot be applied says nothing of the fleet; two for one environment are told as a repeated part.
            guard own.isEmpty, varied.insert(variation.environment).inserted else { continue }
            faults += self.varied(for: variation.environment).ownFaults.filter { seen.insert($0).inserted }
        }
        return faults
    }

    private func ownFaults(of variation: Variation) -> [FleetFault] {
        let name = variation.environment.rawValue
        var faults: [FleetFault] = []
        if variation.environment == environment {
            faults.append(
                .contradiction(
                    "the fleet is declared for \(name) and varied for it too: merge the Variation into the fleet, or give the "
                        + "fleet another environment", place: variation.place))
        }
        if variation.parts.isEmpty {
            faults.append(
                .contradiction(
                    "the Variation for \(name) changes nothing: give it a part, or remove it", place: variation.place))
        }
        var seen: Set<String> = []
        for part in variation.parts {
            if case .variation(let inner) = part {
                faults.append(
                    .contradiction(
                        "a Variation is in the one for \(name): declare it beside that", place: inner.place))
            } else if !seen.insert(part.identity).inserted {
                faults.append(.repeatedPart(name: part.identity, place: part.place))
            }
        }
        return faults
    }
}

import ApusText
package import ApusTopology

/// How delivery workers take notifications off the queue.
package struct DeliverySettings: FleetPart {
    /// The maximum number of notifications per claim.
    package let batchSize: Int
    /// How long a claimed notification is the worker's.
    package let lease: Duration
    /// The time between two looks at an empty queue.
    package let pollInterval: Duration
    package let place: SourcePlace

    /// What a worker takes for ``batchSize``.
    package static let batchSizes = 1...1000
    /// What a worker takes for ``lease``.
    package static let leases = Duration.seconds(1)...day
    /// What a worker takes for ``pollInterval``.
    package static let pollIntervals = Duration.milliseconds(10)...day
    private static let day = Duration.seconds(86_400)

    package init(
        batchSize: Int = 50, lease: Duration = .seconds(300), pollInterval: Duration = .seconds(5), fileID: String = #fileID,
        line: Int = #line
    ) {
        self.batchSize = batchSize
        self.lease = lease
        self.pollInterval = pollInterval
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// Numbers that `apus worker` refuses, and leases that end before the next look at the queue.
    package func faults(in fleet: Fleet) -> [FleetFault] {
        let durations = [
            ("the lease", lease, Self.leases), ("the poll interval", pollInterval, Self.pollIntervals),
        ]
        .filter { !$0.2.contains($0.1) || DurationText.milliseconds($0.1) == nil }
        .map { FleetFault.durationOutOfRange(name: $0.0, value: $0.1, range: $0.2, place: place) }
        let numbers: [FleetFault] =
            Self.batchSizes.contains(batchSize)
            ? []
            : [
                .numberOutOfRange(
                    name: "the batch size", value: Double(batchSize),
                    range: "from \(Self.batchSizes.lowerBound) to \(Self.batchSizes.upperBound)", place: place)
            ]
        // A comparison of durations that are illegal themselves would only add noise.
        guard durations.isEmpty, lease <= pollInterval else { return durations + numbers }
        return numbers + [
            .contradiction(
                "a lease of \(DurationText.string(lease)) does not outlast a poll interval of \(DurationText.string(pollInterval)):"
                    + " lengthen the lease", place: place)
        ]
    }
}

extension Fleet {
    /// How the fleet's workers take notifications off the queue.
    package var delivery: DeliverySettings { part(of: DeliverySettings.self) ?? DeliverySettings() }
}

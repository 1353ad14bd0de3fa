import AgentMetrics

/// Which captured groups an exposition has room for.
///
/// What the agent serves of itself, of the host, of instances and of groups of plain names comes first. The rest is divided between
/// captured groups and what is reported as ``SampleBudget`` divides that among users: who wants little gets it all.
struct SampleRoom {
    /// Samples of the whole exposition.
    let limit: Int
    /// Whether there is one more sample for what counts.
    let createdSeries: Bool

    /// What is left out, and what is served beside reports.
    struct Cut {
        var groups: [InstanceIdentity] = []
        /// About the samples of the agent's own; at least those with numbers.
        var ownSamples = 0
    }

    /// Leaves captured groups out for which there is no room, the one that came last first.
    ///
    /// - Parameters:
    ///   - subjects: the values of the host and of instances.
    ///   - others: samples that are no values of subjects.
    ///   - wishes: samples of what is reported.
    func cut(_ groups: inout [GroupTable.Served], beside subjects: [RowValues], _ others: Int, wishes: Int) -> Cut {
        var cut = Cut()
        let quick = subjects.reduce(others) { $0 + samples($1, isExact: false) }
        let ofGroups = groups.map { samples($0.values.values, isExact: false) }
        cut.ownSamples = quick + ofGroups.reduce(0, +)
        guard groups.contains(where: \.isCaptured), cut.ownSamples + wishes > limit / 2 else { return cut }
        // Series that are made when they are written are counted only where it may matter.
        let exact = groups.map { samples($0.values.values, isExact: true) }
        let beside = subjects.reduce(others) { $0 + samples($1, isExact: true) }
        let named = zip(groups, exact).reduce(0) { $0 + ($1.0.isCaptured ? 0 : $1.1) }
        let captured = exact.reduce(0, +) - named
        var rest = FairShare.divide(limit - beside - named, among: [captured, wishes])[0]
        var gone: Set<Int> = []
        cut.ownSamples = beside + named
        for place in groups.indices.filter({ groups[$0].isCaptured }).sorted(by: { groups[$0].number < groups[$1].number }) {
            rest -= exact[place]
            // Groups behind one that is left out came later, and are left out too.
            if rest < 0 { gone.insert(place) } else { cut.ownSamples += exact[place] }
        }
        cut.groups = gone.map { groups[$0].identity }.sorted()
        groups = groups.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
        return cut
    }

    /// Samples that values come to.
    ///
    /// - Parameter isExact: whether series that are made when they are written count as they are, and not as one.
    private func samples(_ values: RowValues, isExact: Bool) -> Int {
        values.served.reduce(0) { sum, value in
            switch value {
            case .absent: sum
            case .number(_, let start), .whole(_, let start): sum + (createdSeries && start != nil ? 2 : 1)
            case .counted(let count, _): sum + count * (createdSeries ? 2 : 1)
            case .points(let points): sum + (isExact ? points().count : 1) * (createdSeries ? 2 : 1)
            }
        }
    }
}

extension ReportedPlan {
    /// The samples that all that is reported comes to.
    func wishes(_ createdSeries: Bool) -> Int {
        (served.flatMap(\.reports) + joined.values.joined()).reduce(0) {
            $0 + $1.seriesCount * $1.samplesPerSeries(createdSeries: createdSeries)
        }
    }
}

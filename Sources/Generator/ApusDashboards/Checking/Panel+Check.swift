import ApusPromQL

extension Panel {
    /// Throws the first thing that is wrong with it on its dashboard.
    func check(in dashboard: Dashboard) throws(DashboardError) {
        func fault(_ fault: DashboardFault) -> DashboardError { dashboard.fault(fault, panel: title) }
        guard !title.isEmpty else { throw fault(.missingTitle) }
        guard !description.isEmpty else { throw fault(.missingDescription) }
        if let value = faultyNumber { throw fault(.noisyNumber(value)) }
        if let minimum, let maximum, minimum >= maximum { throw fault(.emptyRange(from: minimum, to: maximum)) }
        for thresholds in allThresholds {
            let values = thresholds.steps.map(\.value)
            guard zip(values, values.dropFirst()).allSatisfy({ $0 < $1 }) else { throw fault(.thresholdsNotAscending(values)) }
        }
        var used = VariableNames.used(in: title) + VariableNames.used(in: description)
        for link in links + dataLinks {
            if case .address(let url) = link.target { used += VariableNames.used(in: url) }
        }
        if let repetition { used.append(repetition.variable) }
        if case .text(let markdown) = kind {
            used += VariableNames.used(in: markdown)
        } else {
            try checkQueries(in: dashboard)
        }
        try dashboard.checkUse(of: used, panel: title)
    }

    private func checkQueries(in dashboard: Dashboard) throws(DashboardError) {
        func fault(_ fault: DashboardFault) -> DashboardError { dashboard.fault(fault, panel: title) }
        guard !queries.isEmpty else { throw fault(.missingQuery) }
        for query in queries {
            let (errors, resultLabels) = query.expression.assessed()
            guard errors.isEmpty else { throw .faultyQuery(place: dashboard.place(of: title), findings: errors) }
            guard query.isBuckets == (kind == .heatmap) else {
                throw fault(.wrongKind(kind: kind.grafanaType, query: query.isBuckets ? "buckets" : "what are no buckets"))
            }
            if case .only(let names, let reason) = query.narrowing {
                guard !reason.isEmpty else { throw fault(.unexplainedNarrowing) }
                try dashboard.checkUse(of: names, panel: title)
            }
            guard !query.legendLabels.isEmpty || !dataLinks.isEmpty else { continue }
            let labels = resultLabels ?? []
            for label in query.legendLabels where !labels.contains(label) {
                throw .unknownLabel(label, place: dashboard.place(of: title))
            }
            for label in dataLinks.flatMap(\.labels) where !labels.contains(label) { throw fault(.missingLabel(label)) }
        }
        for case .query(let id) in overrides.map(\.matcher) where !queries.indices.map(RefID.name).contains(id) {
            throw fault(.unknownOverrideQuery(id))
        }
    }

    private var allThresholds: [PanelThresholds] {
        var all = thresholds.map { [$0] } ?? []
        for case .thresholds(let thresholds) in overrides.flatMap(\.properties) { all.append(thresholds) }
        return all
    }

    /// A number that no person wrote.
    private var faultyNumber: Double? {
        let numbers = [minimum, maximum].compactMap(\.self) + allThresholds.flatMap { $0.steps.map(\.value) }
        return numbers.first { !$0.isWrittenByPeople }
    }
}

extension Double {
    /// Whether it is a finite number of at most fifteen digits, which every double keeps: more are what arithmetic left over.
    var isWrittenByPeople: Bool {
        guard isFinite else { return false }
        if self == rounded(), abs(self) < 1e15 { return true }
        let digits = PromQLNumber.string(self).filter(\.isNumber)
        let significant = digits.drop { $0 == "0" }.reversed().drop { $0 == "0" }
        return significant.count <= 15
    }
}

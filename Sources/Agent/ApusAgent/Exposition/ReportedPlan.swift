import AgentMetrics
import ApusLimits
import ApusMetrics

/// Which families an exposition serves of what instances report, where they dispute a name.
///
/// A family that is declared in the catalog has the kind that it has there. Otherwise comes what is expected, has a page or is a group of
/// the file before one that nobody expects, who lives before who has ended, and then who has reported for longer.
struct ReportedPlan {
    struct Refused {
        let family: ReportedFamily
        let instance: KnownInstance
        /// Whose family is served in its place: SERVICE/INSTANCE, or `agent`.
        let winner: String
    }

    private struct Report {
        let instance: KnownInstance
        let isAlive: Bool
        /// Whether the configuration names it.
        let isNamed: Bool
        let reported: ReportedFamily
        /// -1 where the catalog says so, 1 where it says otherwise.
        let declared: Int

        func comes(before other: Report) -> Bool {
            let (one, two) = (rank, other.rank)
            return one != two ? one < two : reported.report.order < other.reported.report.order
        }

        private var rank: Int { declared * 4 + (isNamed ? 0 : 2) + (isAlive ? 0 : 1) }
    }

    /// Families by name, each with the series of the instances that agree with it.
    private(set) var served: [(family: ReportedFamily, reports: [ReportedFamily])] = []
    private(set) var refused: [Refused] = []
    /// Families that the agent serves of itself, with the series of instances that received reports have under the same names.
    private(set) var joined: [String: [ReportedFamily]] = [:]

    /// What services are told to record, by name.
    static let declared = Dictionary(
        MetricCatalog.families(of: .service).map { ($0.name, ServedKind($0.kind)) }, uniquingKeysWith: { first, _ in first })

    /// - Parameters:
    ///   - instances: in the order in which their series are served.
    ///   - reserved: names that are the agent's own.
    ///   - own: families of the agent's own process, by name.
    ///   - groups: the groups of the file.
    ///   - probed: identities of which probes serve a family that instances report too, by its name.
    init(
        _ instances: [KnownInstance], reserved: ReservedFamilies, own: [String: MetricFamily],
        groups: Set<InstanceIdentity> = [], probed: [String: Set<InstanceIdentity>] = [:]
    ) {
        var byName: [String: [Report]] = [:]
        for instance in instances {
            let (families, isAlive) = instance.reported()
            let isNamed = instance.isAwaited || groups.contains(instance.identity)
            for family in families {
                let kind = Self.declared[family.name]
                byName[family.name, default: []].append(
                    Report(
                        instance: instance, isAlive: isAlive, isNamed: isNamed, reported: family,
                        declared: kind.map { $0 == family.kind ? -1 : 1 } ?? 0))
            }
        }
        let groups = byName.values.map { join(share($0, probed), own) }.map { ($0.min { $0.comes(before: $1) }, $0) }
            .compactMap { first, reports in first.map { (first: $0, reports: reports) } }
        var taken: [String: String] = [:]
        // In the order of their right to a name: two families can dispute that of one of their samples.
        for (first, reports) in groups.sorted(by: { Self.comes($0.first, before: $1.first) }) {
            settle(first, reports, reserved, &taken)
        }
        settleOpenMetricsNames(reserved, Set(taken.keys))
        served.sort { $0.family.name < $1.family.name }
        refused.sort { ($0.instance.identity, $0.family.name) < ($1.instance.identity, $1.family.name) }
    }

    private static func comes(_ one: Report, before other: Report) -> Bool {
        if one.comes(before: other) { return true }
        return !other.comes(before: one) && one.reported.name < other.reported.name
    }

    /// Adds reported series to a family that probes serve too, but for those of identities that a probe serves it of: never two series of the
    /// same labels.
    private mutating func share(_ reports: [Report], _ probed: [String: Set<InstanceIdentity>]) -> [Report] {
        guard let name = reports.first?.reported.name, let identities = probed[name],
            let family = ProbedNames.sharedFamilies[name]
        else { return reports }
        let joins = { (report: Report) in
            report.reported.kind == ServedKind(family.kind) && !identities.contains(report.instance.identity)
        }
        joined[name] = reports.filter(joins).map(\.reported)
        refused += reports.filter { !joins($0) }
            .map { Refused(family: $0.reported, instance: $0.instance, winner: Self.agent) }
        return []
    }

    /// Adds received series to a family of the agent's own process, of which they are told by their labels: clients of other languages
    /// report themselves under the same names.
    private mutating func join(_ reports: [Report], _ own: [String: MetricFamily]) -> [Report] {
        guard let name = reports.first?.reported.name, let family = own[name] else { return reports }
        let joins = { (report: Report) in report.reported.isReceived && report.reported.kind == ServedKind(family.kind) }
        joined[name] = reports.filter(joins).map(\.reported)
        return reports.filter { !joins($0) }
    }

    private mutating func settle(
        _ first: Report, _ reports: [Report], _ reserved: ReservedFamilies, _ taken: inout [String: String]
    ) {
        let family = first.reported
        // Refused in text too, where only OpenMetrics would break: both formats serve the same series. What can do without its type there
        // is served.
        let owner =
            first.declared > 0 || reserved.contains(family.namesInText)
            ? Self.agent : family.namesInText.compactMap { name in taken[name] }.first
        if let owner {
            refused += reports.map { Refused(family: $0.reported, instance: $0.instance, winner: owner) }
            return
        }
        let winner = "\(first.instance.identity)"
        for name in family.namesInText { taken[name] = winner }
        served.append((family, reports.filter { $0.reported.kind == family.kind }.map(\.reported)))
        refused += reports.filter { $0.reported.kind != family.kind }
            .map { Refused(family: $0.reported, instance: $0.instance, winner: winner) }
    }

    /// Has each counter and info without its type in OpenMetrics 1.0 whose short name, or the name of its start time there, is another's:
    /// those that come first keep theirs.
    private mutating func settleOpenMetricsNames(_ reserved: ReservedFamilies, _ taken: Set<String>) {
        var names = taken
        for place in served.indices where [.counter, .info].contains(served[place].family.kind) {
            let family = served[place].family
            let others = family.claimedNames.filter { $0 != family.name }
            if others.contains(where: names.contains) || reserved.contains(others) {
                served[place].family.isUntyped = true
            } else {
                names.formUnion(others)
            }
        }
    }

    /// Stands for the agent among those whose families are served.
    static let agent = "agent"

    /// Whether the agent itself is why a family of a report is not served.
    static func isAgents(_ family: ReceivedFamily, _ reserved: ReservedFamilies, _ own: [String: MetricFamily]) -> Bool {
        if let own = own[family.name], ServedKind(own.kind) == family.kind { return false }
        if let declared = declared[family.name], declared != family.kind { return true }
        return reserved.contains(family.namesInText)
    }

    static func words(_ family: String, winner: String) -> String {
        winner == agent
            ? "\(family) is not served: the agent serves or declares the name itself; report it under another one"
            : "\(family) is not served: \(winner) has the name with another type, or one of its samples has it"
    }

    /// Samples of pages and reports over HTTP that are not served, by their instances.
    var refusedSamples: [InstanceIdentity: Int] {
        refused.reduce(into: [:]) { $0[$1.instance.identity, default: 0] += $1.family.receivedSamples }
    }

    /// Whose family is served in place of each that is refused of an instance, as far as the first go.
    var winners: [InstanceIdentity: [String: String]] {
        refused.reduce(into: [:]) { winners, one in
            guard winners[one.instance.identity, default: [:]].count < SeriesLimits.refusedFamilies.value else { return }
            winners[one.instance.identity, default: [:]][one.family.name] = one.winner
        }
    }

    /// A series for each refused family, as far as the first of each instance go.
    var refusedPoints: [Point] {
        var counts: [InstanceIdentity: Int] = [:]
        return refused.compactMap { one in
            let identity = one.instance.identity
            counts[identity, default: 0] += 1
            guard counts[identity, default: 0] <= SeriesLimits.refusedFamilies.value else { return nil }
            let labels = identity.labels + RefusedFamilyLabels(family: one.family.name, winner: one.winner).pairs
            return Point(labels: LabelBytes.render(labels), value: .double(1))
        }
    }
}

import ApusMetrics
import Synchronization

/// How many samples of each instance an exposition has room for.
///
/// What the agent makes itself comes first; the rest is divided fairly among users, and a user's part among the instances. Who wants
/// more than its part is served the first of its series, in the order of the exposition.
struct SampleBudget {
    private let reported: [ReportedFamily]
    private let limit: Int
    private let createdSeries: Bool
    /// What each report may still write; `nil` until the agent's own samples are counted.
    private var rest: [ObjectIdentifier: Int]?
    private var clipped: [ObjectIdentifier: Int] = [:]

    /// - Parameters:
    ///   - limit: samples of the whole exposition.
    ///   - createdSeries: whether there is one more sample for what counts.
    init(_ reported: [ReportedFamily], limit: Int, createdSeries: Bool) {
        self.reported = reported
        self.limit = limit
        self.createdSeries = createdSeries
    }

    /// Grants series of a family.
    ///
    /// - Parameter written: samples that the agent has made itself.
    /// - Returns: how many of the series there is room for.
    mutating func grant(_ family: ReportedFamily, written: Int) -> Int {
        let key = ObjectIdentifier(family.report)
        var shares = rest.take() ?? divide(limit - written)
        let each = samples(of: family)
        let count = min(family.seriesCount, shares[key, default: 0] / each)
        shares[key, default: 0] -= count * each
        clipped[key, default: 0] += family.seriesCount - count
        // Taken and put back: a second reference to it would have it copied for each family of each instance.
        rest = shares
        return count
    }

    /// Tells each instance how many of its series were left out.
    func settle() {
        for family in reported {
            family.report.noteClipped(clipped[ObjectIdentifier(family.report)] ?? 0)
        }
    }

    private func divide(_ total: Int) -> [ObjectIdentifier: Int] {
        var wishes: [ObjectIdentifier: Int] = [:]
        var owners: [UInt32: Set<ObjectIdentifier>] = [:]
        for family in reported {
            let key = ObjectIdentifier(family.report)
            wishes[key, default: 0] += family.seriesCount * samples(of: family)
            owners[family.report.owner, default: []].insert(key)
        }
        guard wishes.values.reduce(0, +) > total else { return wishes }
        let users = owners.keys.sorted()
        let parts = FairShare.divide(
            total, among: users.map { user in owners[user, default: []].reduce(0) { $0 + wishes[$1, default: 0] } })
        var shares: [ObjectIdentifier: Int] = [:]
        for (user, part) in zip(users, parts) {
            let keys = Array(owners[user, default: []])
            for (key, share) in zip(keys, FairShare.divide(part, among: keys.map { wishes[$0, default: 0] })) {
                shares[key] = share
            }
        }
        return shares
    }

    func samples(of family: MetricFamily) -> Int { family.samplesPerSeries(createdSeries: createdSeries) }

    private func samples(of family: ReportedFamily) -> Int { family.samplesPerSeries(createdSeries: createdSeries) }
}

extension MetricFamily {
    /// The samples that Prometheus makes of one series, at most.
    func samplesPerSeries(createdSeries: Bool) -> Int {
        let created = createdSeries ? 1 : 0
        return switch kind {
        case .counter: 1 + created
        case .gauge, .info: 1
        case .histogram: buckets.count + 3 + created
        case .summary: 2 + created
        case .stateSet: states.count
        // In text it is a classic one.
        case .nativeHistogram: (shape?.bucketCount ?? 0) + 5 + created
        }
    }
}

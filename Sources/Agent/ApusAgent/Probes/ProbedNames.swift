import AgentMetrics
import ApusMetrics
import ApusProbes

/// The names that probes serve in place of what instances report: the server's own view is right also when every worker is dead.
///
/// A name is a probe's for as long as the file sets the probe, whether that is up or down, or a figure would come from the one and the other in
/// turns.
struct ProbedNames {
    /// Names of gauges that the file itself gives, which no instance can report.
    let gauges: Set<String>
    /// Identities of probes by the names of families that services report too: these are served of all others as they are reported.
    let shared: [String: Set<InstanceIdentity>]

    init(_ standings: [ProbeStanding]) {
        gauges = Set(standings.flatMap(\.declaration.gauges).flatMap(\.claimedNames))
        var shared: [String: Set<InstanceIdentity>] = [:]
        for standing in standings {
            for family in standing.declaration.target.sharedFamilies {
                shared[family.name, default: []].insert(standing.declaration.identity)
            }
        }
        self.shared = shared
    }

    /// Families that services report, and that probes may serve of identities of their own.
    static let sharedFamilies = Dictionary(
        MetricCatalog.sharedWithProbes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

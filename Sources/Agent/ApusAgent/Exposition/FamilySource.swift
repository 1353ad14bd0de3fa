import ApusMetrics

/// Families that the agent serves of something beside the reporting instances, such as the journal or the units of systemd.
///
/// What it writes is in memory already: a scrape waits for no other process. Its names belong into `MetricCatalog.agentFamilies`, so
/// that no service can report under them.
protocol FamilySource: Sendable {
    /// Names that only it knows, of families that are in no catalog.
    var claimedNames: Set<String> { get }

    func write(to encoder: inout ExpositionEncoder)
}

extension FamilySource {
    var claimedNames: Set<String> { [] }
}

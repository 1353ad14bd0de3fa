import AgentMetrics
import ApusMetrics

/// The names that no service can report under: what the agent serves itself, and what Prometheus makes of scrapes and alerts, where
/// `honor_labels` would have one target speak for another.
struct ReservedFamilies {
    /// The names of the agent's own samples.
    let names: Set<String>

    /// Beginnings of names that are the agent's, also of what this version does not serve.
    private static let prefixes = ["apus_agent_", "apus_service_", "apus_source_", "apus_journal_", "apus_systemd_"]
    /// What a service reports of itself under such a name.
    private static let ofServices = Set(
        MetricCatalog.families(of: .service).flatMap(\.claimedNames))

    /// Whether one of these names is the agent's.
    func contains(_ names: [String]) -> Bool {
        names.contains { name in
            if self.names.contains(name) || MetricName.isOfPrometheus(name) { return true }
            return !Self.ofServices.contains(name) && Self.prefixes.contains { name.hasPrefix($0) }
        }
    }
}

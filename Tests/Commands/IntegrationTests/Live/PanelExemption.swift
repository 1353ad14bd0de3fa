import ApusLint
import ApusPromQL
import Foundation

/// Queries that find nothing in the test's servers, and why.
///
/// The table cannot outlive its reasons: the test fails when one of these queries finds something, and when none asks for it
/// any longer.
struct PanelExemption {
    /// What such a query has in it.
    let text: String
    let reason: String
    /// Only on machines without this; elsewhere the query may find something or not.
    var onlyWithout: String?

    init(_ text: String, _ reason: String, onlyWithout: String? = nil) {
        self.text = text
        self.reason = reason
        self.onlyWithout = onlyWithout
    }

    func excuses(_ query: FileQuery) -> Bool { query.expression.description.contains(text) }

    /// Whether a query that it excuses would be wrong to find something.
    var isStrict: Bool { onlyWithout.map { !FileManager.default.fileExists(atPath: $0) } ?? true }

    private static let booted = "/run/systemd/system"

    static let all = [
        PanelExemption("pgbouncer_", "no package has pgbouncer's exporter"),
        PanelExemption("{status=~\"3..\"", "the APIs send nobody elsewhere"),
        PanelExemption("apus_service_family_series_dropped_total", "no service has more series than it may"),
        PanelExemption("ALERTS{alertstate=\"firing\", alertname=~\"ErrorBudgetBurn\"}", "nothing fails"),
        PanelExemption("min_over_time(service_process_heap_bytes", "the fleet does not run for two hours"),
        // The agent of `apus up` has no folder for its place in the journal; JournalMonitoringTests asks these on a booted host.
        PanelExemption("journal_messages_", "the agent reads no journal"),
        PanelExemption("journal_last_error_timestamp_seconds", "the agent reads no journal"),
        PanelExemption("journal_kernel_messages_missed_total", "the agent reads no journal"),
        PanelExemption("journal_entries_missing_total", "the agent reads no journal"),
        PanelExemption("journal_fields_unreadable_total", "the agent reads no journal"),
        PanelExemption("journal_unit_", "the agent reads no journal"),
        PanelExemption("apus_journal_", "the agent reads no journal"),
        PanelExemption("systemd_unit_", "no unit of the fleet runs", onlyWithout: booted),
        PanelExemption("apus_systemd_bus_", "the agent asks no systemd", onlyWithout: booted),
    ]
}

public import ApusTopology

/// The kinds of file that a fleet has, each made by one pure function.
public enum FileKind: String, CaseIterable, Sendable {
    /// Prometheus' configuration.
    case prometheus
    /// Alert rules.
    case rules
    /// promtool's tests of the alert rules.
    case ruleTests = "rule-tests"
    /// Alertmanager's configuration.
    case alertmanager
    /// What to do when an alert fires.
    case runbooks
    /// Grafana dashboards.
    case dashboards
    /// What Grafana reads at its start: the datasource, and where the dashboards lie.
    case provisioning
    /// systemd units, users and folders.
    case systemd

    /// The files of this kind; the same fleet gives the same bytes.
    ///
    /// - Throws: ``GenerationError`` when a query, an alert or a panel of these files is faulty.
    public func files(for fleet: Fleet) throws -> [GeneratedFile] {
        switch self {
        case .prometheus: try prometheusFiles(for: fleet)
        case .rules: try ruleFiles(for: fleet)
        case .ruleTests: try ruleTestFiles(for: fleet)
        case .alertmanager: try alertmanagerFiles(for: fleet)
        case .runbooks: try runbookFiles(for: fleet)
        case .dashboards: try fleet.dashboardFiles()
        case .provisioning: try provisioningFiles(for: fleet)
        case .systemd: systemdFiles(for: fleet)
        }
    }
}

extension Fleet {
    /// All files of the fleet, sorted by path.
    ///
    /// - Throws: `InvalidFleet` when the fleet contradicts itself, ``GenerationError`` when a file would be faulty.
    public func generatedFiles() throws -> [GeneratedFile] {
        let fleet = try validated()
        return try FileKind.allCases.flatMap { try $0.files(for: fleet) }.sorted { $0.path < $1.path }
    }
}

public import ApusDashboards
import ApusDeployment
public import ApusFiles
import ApusRules
public import ApusTopology
import Dispatch
import MonitoringPacks
import Synchronization

/// The kinds of file that a fleet has, each made by one pure function.
public enum FileKind: String, CaseIterable, Sendable {
    /// The files are Prometheus' configuration.
    case prometheus
    /// The files hold the alert rules.
    case rules
    /// The files are promtool's tests of the alert rules.
    case ruleTests = "rule-tests"
    /// The files are Alertmanager's configuration.
    case alertmanager
    /// The files say what to do when an alert fires.
    case runbooks
    /// The files are Grafana's dashboards.
    case dashboards
    /// The files are what Grafana reads at its start: the datasource, and where the dashboards lie.
    case provisioning
    /// The files are the units, users and folders for systemd.
    case systemd
    /// The files configure nginx in front of the APIs.
    case nginx
    /// The files configure pgbouncer in front of the databases.
    case pgbouncer
    /// The files run the whole fleet in containers of one machine, by Docker Compose.
    case compose
    /// The files make the images of the fleet's own executables.
    case docker
    /// The files hold what differs between environments in the files for containers.
    case environment
    /// The files run the fleet's services in a cluster of Kubernetes.
    case kubernetes

    /// Makes the files of this kind; the same fleet gives the same bytes.
    ///
    /// - Throws: `RuleError`, `DashboardError` or `DeploymentError` when a file would be faulty.
    public func files(for fleet: Fleet) throws -> [GeneratedFile] {
        try files(for: FleetPlan(fleet))
    }

    /// The kinds that take longest for a large fleet, begun first so that no processor is left with one of them at the end.
    static let laborious: [FileKind] = [.systemd, .prometheus, .ruleTests]

    func files(for plan: FleetPlan) throws -> [GeneratedFile] {
        let fleet = plan.fleet
        return switch self {
        case .prometheus: try prometheusFiles(for: fleet, ruleFiles: plan.ruleFilePaths)
        case .rules: try plan.ruleFiles
        case .ruleTests: try ruleTestFiles(for: fleet, groups: plan.alertGroups)
        case .alertmanager: try alertmanagerFiles(for: fleet, groups: plan.alertGroups, inhibitions: fleet.inhibitions)
        case .runbooks: try runbookFiles(for: fleet, groups: plan.alertGroups)
        case .dashboards: try fleet.dashboardFiles()
        case .provisioning: try provisioningFiles(for: fleet)
        case .systemd: try systemdFiles(for: fleet)
        case .nginx: try nginxFiles(for: fleet)
        case .pgbouncer: try pgbouncerFiles(for: fleet)
        case .compose: try plan.composeFiles
        case .docker: try dockerFiles(for: fleet)
        case .environment: try environmentFiles(for: fleet)
        case .kubernetes: try plan.kubernetesFiles
        }
    }
}

extension Fleet {
    /// Makes the files of the fleet, all or those of some kinds, sorted by path.
    ///
    /// - Parameters:
    ///   - more: dashboards of the fleet's own, beside those that every fleet has.
    ///   - schema: the form of all dashboards.
    /// - Throws: `InvalidFleet` when the fleet contradicts itself, `RuleError`, `DashboardError` or `DeploymentError` when a file would be faulty.
    public func generatedFiles(
        of kinds: Set<FileKind> = Set(FileKind.allCases), dashboards more: [Dashboard] = [], schema: DashboardSchema = .classic
    ) throws -> [GeneratedFile] {
        try validated().filesOfValidFleet(of: kinds, dashboards: more, schema: schema)
    }

    /// Makes the files of a fleet that was validated before, which takes its time for a large one.
    package func filesOfValidFleet(
        of kinds: Set<FileKind>, dashboards more: [Dashboard], schema: DashboardSchema
    ) throws -> [GeneratedFile] {
        let kinds = (FileKind.laborious + FileKind.allCases.filter { !FileKind.laborious.contains($0) }).filter(kinds.contains)
        let plan = FleetPlan(self)
        // Each by itself, on as many processors as there are.
        let results = Mutex([Result<[GeneratedFile], any Error>](repeating: .success([]), count: kinds.count))
        DispatchQueue.concurrentPerform(iterations: kinds.count) { number in
            let result = Result {
                kinds[number] == .dashboards
                    ? try dashboardFiles(and: more, schema: schema) : try kinds[number].files(for: plan)
            }
            results.withLock { $0[number] = result }
        }
        return try results.withLock { $0 }.flatMap { try $0.get() }.sorted { $0.path < $1.path }
    }

    /// What every fleet has follows from the fleet; its own dashboards follow from where they are described.
    private func dashboardFiles(and own: [Dashboard], schema: DashboardSchema) throws -> [GeneratedFile] {
        let common = dashboards
        let files = try Dashboard.files(common + own, schema: schema)
        let placed = zip(own, files.dropFirst(common.count)).map { dashboard, file in
            GeneratedFile(path: file.path, contents: file.contents, origins: dashboard.origins(in: schema))
        }
        return files.prefix(common.count) + placed
    }
}

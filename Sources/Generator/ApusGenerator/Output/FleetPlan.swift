import ApusDashboards
import ApusDeployment
import ApusFiles
import ApusRules
public import ApusTopology
import MonitoringPacks
import Synchronization

/// A fleet of which files are made, and what several kinds of file ask of it: worked out once, by the first that asks.
final class FleetPlan: Sendable {
    let fleet: Fleet
    private let groups: Once<[AlertGroup]>
    private let files: Once<[GeneratedFile]>

    init(_ fleet: Fleet) {
        self.fleet = fleet
        let groups = Once { try AlertGroup.all(of: fleet, concerns: fleet.alertsByConcern) }
        self.groups = groups
        files = Once { try ApusRules.ruleFiles(for: fleet, groups: try groups.value) }
    }

    /// The groups of all alerts, checked.
    var alertGroups: [AlertGroup] { get throws { try groups.value } }

    /// `rules/CONCERN-alerts.yml` and the files of objectives.
    var ruleFiles: [GeneratedFile] { get throws { try files.value } }

    /// Where the rules lie, for Prometheus' configuration.
    var ruleFilePaths: [String] { get throws { ApusRules.ruleFilePaths(of: fleet, groups: try alertGroups) } }

    /// The whole fleet on one machine; nothing for one that is too large.
    var composeFiles: [GeneratedFile] {
        get throws {
            guard fleet.fitsOneMachine else { return [] }
            let plan = try deployed
            let prometheus = try prometheusFiles(
                for: plan.fleet, ruleFiles: plan.ruleFilePaths, network: .containers, folder: ComposeFiles.prometheusFolder)
            let datasource = try datasourceFile(for: plan.fleet, network: .containers, folder: ComposeFiles.grafanaFolder)
            return try ComposeFiles(fleet: plan.fleet, monitoring: prometheus + [datasource]).all
        }
    }

    /// The services of the fleet in a cluster; nothing for a fleet that starts none.
    var kubernetesFiles: [GeneratedFile] {
        get throws {
            let deployed = try deployed
            let started = deployed.fleet.ofStartedServices
            guard !started.services.isEmpty else { return [] }
            let isSame = started.services.count == deployed.fleet.services.count && !started.agentsWatchHosts
            let plan = isSame ? deployed : FleetPlan(started.inCluster)
            return try ApusDeployment.kubernetesFiles(for: plan.fleet, ruleFiles: plan.ruleFiles)
        }
    }

    /// That of the fleet that servers run.
    private var deployed: FleetPlan {
        get throws {
            let deployed = try fleet.deployed()
            return deployed.environment == fleet.environment ? self : FleetPlan(deployed)
        }
    }
}

/// A value that is made when it is first asked for; whoever asks meanwhile waits for it.
private final class Once<Value: Sendable>: Sendable {
    private let make: @Sendable () throws -> Value
    private let result = Mutex<Result<Value, any Error>?>(nil)

    init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

    var value: Value {
        get throws {
            try result.withLock { result in
                let known = result ?? Result { try make() }
                result = known
                return known
            }.get()
        }
    }
}

extension Fleet {
    /// The thresholds that the fleet's alerts watch, each once.
    public func watchedThresholds() throws -> [Threshold] { try FleetPlan(self).alertGroups.thresholds }
}

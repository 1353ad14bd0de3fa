import ApusFiles
import ApusTopology

/// The objects of one service: its account, its address, its pods, and how many of them there are.
struct KubernetesService {
    let fleet: Fleet
    let service: FleetService

    var shared: KubernetesObjects { KubernetesObjects(fleet: fleet) }

    /// A set of pods that differ in their names alone.
    struct Workload {
        let name: String
        let replicas: Int
        /// The number of the first pod.
        let first: Int
        /// What its processes are called; nil for the name of the pod.
        let instance: String?
    }

    /// Pods of a stateful set have its name and a number, and so the names of most fleets' instances: `worker-1`, `worker-2` and
    /// on. A service with other names has a set for each.
    var workloads: [Workload] {
        let numbers = service.instances.map { Int($0.name.dropFirst(service.name.count + 1)) ?? -1 }
        let named = zip(service.instances, numbers).allSatisfy { $0.name == "\(service.name)-\($1)" && $1 >= 0 }
        if let first = numbers.first, named, numbers == Array(first..<first + numbers.count) {
            return [Workload(name: service.name, replicas: numbers.count, first: first, instance: nil)]
        }
        return service.instances.map { Workload(name: $0.name, replicas: 1, first: 0, instance: $0.name) }
    }

    var objects: [YAMLValue] {
        get throws {
            let watched = service.isWatched ? [try watchedProcesses] : []
            return watched + [account, address] + sets
        }
    }

    private var sets: [YAMLValue] {
        workloads.map { KubernetesPods(service: self, workload: $0).statefulSet }
            + (service.instances.count > 1 ? [disruptionBudget] : []) + (scaler.map { [$0] } ?? [])
    }

    /// What holds the files by which the agents of the pods find their service's process, one for each pod.
    var watchName: String { "\(service.name)-watch" }

    private var watchedProcesses: YAMLValue {
        get throws {
            let files = try watchedInstances.map { instance in
                (
                    AgentWatchFile.podFile(of: instance),
                    try AgentWatchFile.pod(instance, of: service, in: fleet, port: port).contents
                )
            }
            return [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(watchName), "data": .strings(files),
            ]
        }
    }

    /// The instances that there are, and those that a scaler may add.
    private var watchedInstances: [String] {
        let names = service.instances.map(\.name)
        guard let most = service.scaling?.maximum, let set = workloads.first, set.instance == nil else { return names }
        return (set.first..<set.first + max(most, set.replicas)).map { "\(service.name)-\($0)" }
    }

    /// Each pod has an address of its own, so that all have the first instance's port.
    var port: Int? { service.instances.compactMap(\.port).first }

    var labels: [(String, String)] {
        [(KubernetesObjects.nameLabel, service.name), ("app.kubernetes.io/component", service.role.rawValue)]
    }

    var selector: YAMLValue {
        ["matchLabels": .strings([(KubernetesObjects.nameLabel, service.name), (KubernetesObjects.partLabel, fleet.name)])]
    }

    func metadata(_ name: String) -> YAMLValue { shared.metadata(name, labels: labels) }

    /// It may do nothing, and its token is in no pod.
    private var account: YAMLValue {
        [
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(service.name),
            "automountServiceAccountToken": false,
        ]
    }

    /// Where its agents are found, and its API; of a worker also so that its pods have names.
    private var address: YAMLValue {
        let pods: [(String, String)] = [
            (KubernetesObjects.nameLabel, service.name), (KubernetesObjects.partLabel, fleet.name),
        ]
        // By its number: not every version of Kubernetes looks for names among the ports of sidecars.
        let agent: YAMLValue = [
            "name": "\(KubernetesObjects.agentPort)", "port": .integer(fleet.agents.port),
            "targetPort": .integer(fleet.agents.port),
        ]
        let own = port.map { YAMLValue(dictionaryLiteral: ("name", "http"), ("port", .integer($0)), ("targetPort", "http")) }
        return [
            "apiVersion": "v1", "kind": "Service", "metadata": metadata(service.name),
            "spec": .present([
                ("clusterIP", port == nil ? "None" : nil), ("selector", .strings(pods)),
                ("ports", .list([own, agent].compactMap(\.self))),
            ]),
        ]
    }

    private var disruptionBudget: YAMLValue {
        [
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata(service.name),
            "spec": ["maxUnavailable": 1, "selector": selector],
        ]
    }
}

import ApusFiles
import ApusTopology

/// Who may speak with whom: what is not allowed here is refused.
extension KubernetesObjects {
    var networkPolicies: [YAMLValue] {
        [everything, metrics, names] + fleet.startedServices.flatMap(policies)
    }

    private func policy(_ name: String, _ selector: YAMLValue, ingress: YAMLValue? = nil, egress: YAMLValue? = nil) -> YAMLValue
    {
        let types = [ingress.map { _ in "Ingress" }, egress.map { _ in "Egress" }].compactMap(\.self)
        return [
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata(name),
            "spec": .present([
                ("podSelector", selector), ("policyTypes", .strings(types)), ("ingress", ingress), ("egress", egress),
            ]),
        ]
    }

    private var everything: YAMLValue { policy("deny-everything", selector, ingress: [], egress: []) }

    private func namespace(_ name: String) -> YAMLValue {
        ["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "\(name)"]]]
    }

    private func port(_ number: Int, _ transport: String = "TCP") -> YAMLValue {
        ["protocol": "\(transport)", "port": .integer(number)]
    }

    /// Prometheus scrapes the agents.
    private var metrics: YAMLValue {
        policy(
            "metrics", selector,
            ingress: [["from": [namespace(Self.monitoringNamespace)], "ports": [port(fleet.agents.port)]]])
    }

    private var names: YAMLValue {
        policy(
            "names", selector,
            egress: [["to": [namespace("kube-system")], "ports": [port(53, "UDP"), port(53)]]])
    }

    private func policies(_ service: FleetService) -> [YAMLValue] {
        let pods: YAMLValue = ["matchLabels": .strings([(Self.nameLabel, service.name), (Self.partLabel, fleet.name)])]
        switch service.role {
        case .api:
            let ports = KubernetesService(fleet: fleet, service: service).port.map { [port($0)] } ?? []
            return [
                policy(
                    service.name, pods, ingress: [["from": [["namespaceSelector": [:]]], "ports": .list(ports)]],
                    egress: .list(backendRoutes))
            ]
        case .worker:
            // Users name the addresses: none of them may be the cluster's own, or the cloud's description of the machine.
            let own: YAMLValue = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
            return [
                policy(
                    service.name, pods,
                    egress: .list([["to": [["ipBlock": ["cidr": "0.0.0.0/0", "except": own]]]]] + backendRoutes))
            ]
        }
    }

    /// To the servers, wherever in the namespace they are.
    private var backendRoutes: [YAMLValue] {
        var ports = fleet.databases.map { fleet.poolerEndpoint(of: $0)?.port ?? $0.port }
        ports += fleet.brokers.map(\.port) + fleet.caches.map(\.port)
        return ports.isEmpty ? [] : [["to": [["podSelector": [:]]], "ports": .list(ports.map { port($0) })]]
    }
}

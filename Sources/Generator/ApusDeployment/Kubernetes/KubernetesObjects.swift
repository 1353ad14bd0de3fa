import ApusFiles
import ApusPromQL
import ApusText
import ApusTopology

/// The objects that the services of a fleet share.
struct KubernetesObjects {
    let fleet: Fleet

    /// Where Prometheus is, in a cluster whose monitoring is kube-prometheus.
    static let monitoringNamespace = "monitoring"
    static let sharedClaimName = "apus-data"
    static let backendsName = "apus-backends"
    static let agentPort = "metrics"
    static let partLabel = "app.kubernetes.io/part-of"
    static let nameLabel = "app.kubernetes.io/name"

    /// On every object of the fleet.
    var labels: [(String, String)] { [(Self.partLabel, fleet.name), ("app.kubernetes.io/managed-by", "apus")] }

    func metadata(_ name: String, labels more: [(String, String)] = [], namespaced: Bool = true) -> YAMLValue {
        .present([
            ("name", "\(name)"), ("namespace", namespaced ? "\(fleet.containers.namespace)" : nil),
            ("labels", .strings(labels + more)),
        ])
    }

    var selector: YAMLValue { ["matchLabels": .strings([(Self.partLabel, fleet.name)])] }

    /// Its pods are refused unless they can do nothing but their work.
    var namespace: YAMLValue {
        [
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": metadata(
                fleet.containers.namespace,
                labels: [
                    ("pod-security.kubernetes.io/enforce", "restricted"), ("pod-security.kubernetes.io/audit", "restricted"),
                    ("pod-security.kubernetes.io/warn", "restricted"),
                ], namespaced: false),
        ]
    }

    // MARK: - Data

    /// The name of a volume of data, in a pod.
    static let dataVolumeName = "data"

    static let dataClaim: YAMLValue = [
        "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "10Gi"]],
    ]

    /// The volume of the services that share files.
    var dataVolume: YAMLValue {
        [
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata(Self.sharedClaimName),
            "spec": Self.dataClaim,
        ]
    }

    /// The pods that share files.
    var sharingPods: YAMLValue {
        let sharing = fleet.sharingServices.map(\.name)
        guard sharing.count < fleet.startedServices.count else { return selector }
        return [
            "matchLabels": .strings([(Self.partLabel, fleet.name)]),
            "matchExpressions": [["key": "\(Self.nameLabel)", "operator": "In", "values": .strings(sharing)]],
        ]
    }

    var backendRemarks: String {
        let remark = fleet.sharedFiles.map(\.serversRemark) ?? ""
        return """
            Where services find their servers; no password is here.\(remark.isEmpty ? "" : " " + remark)
            The servers themselves are not of these files: operators run them better.
            """
    }

    /// Nil for a fleet without servers.
    var backends: YAMLValue? {
        let variables = BackendVariables(fleet: fleet, network: .containers).pairs
        guard !variables.isEmpty else { return nil }
        return [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(Self.backendsName), "data": .strings(variables),
        ]
    }

    // MARK: - Monitoring

    /// The agents of all pods behind the services' addresses, ready or not, each with the labels of its instance, as on a host where an
    /// agent stands beside each.
    var serviceMonitor: YAMLValue {
        func label(_ target: String, from source: String) -> YAMLValue {
            ["action": "replace", "sourceLabels": ["\(source)"], "targetLabel": "\(target)"]
        }
        return [
            "apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": metadata(fleet.name),
            "spec": [
                "selector": selector,
                "sampleLimit": .integer(fleet.scraping.sampleLimit),
                "endpoints": [
                    [
                        "port": "\(Self.agentPort)", "path": "/metrics",
                        "interval": "\(DurationText.string(fleet.scraping.interval))",
                        "scrapeTimeout": "\(DurationText.string(fleet.scraping.timeout))",
                        "honorLabels": true,
                        "relabelings": [
                            ["action": "replace", "targetLabel": "job", "replacement": "\(Agents.job)"],
                            label(TargetKey.service.rawValue, from: "__meta_kubernetes_pod_label_app_kubernetes_io_name"),
                            label(TargetKey.instance.rawValue, from: "__meta_kubernetes_pod_name"),
                        ],
                    ]
                ],
            ],
        ]
    }

    /// A file of rules as an object, its groups the same bytes, further in.
    func ruleObject(of file: GeneratedFile) -> GeneratedFile {
        let name = file.path.split(separator: "/").last.map { $0.replacing(".yml", with: "") } ?? "rules"
        let groups = file.contents.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { "  \($0)\n" }.joined()
        let labels = labels.map { "    \($0.0): \($0.1)\n" }.joined()
        return GeneratedFile(
            path: "deploy/kubernetes/rules-\(name).yaml",
            contents: """
                # Written by `apus generate`: change the topology instead. The groups of \(file.path).
                ---
                apiVersion: monitoring.coreos.com/v1
                kind: PrometheusRule
                metadata:
                  name: \(fleet.name)-\(name)
                  namespace: \(fleet.containers.namespace)
                  labels:
                \(labels)spec:
                \(groups)
                """)
    }
}

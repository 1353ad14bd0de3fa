import AgentMetrics
import ApusFiles
import ApusPromQL
import ApusTopology
import NotificationMetrics

/// What changes the number of pods.
extension KubernetesService {
    /// Nil for a service whose number stays, or whose pods have names that no number gives.
    func scaler(_ backlog: PromQLExpression) -> YAMLValue? {
        guard let scaling = service.scaling, let workload = workloads.first, workloads.count == 1 else { return nil }
        switch (service.role, fleet.containers.scaler) {
        case (.worker, .keda): return queueScaler(of: workload, scaling, backlog)
        case (.worker, .hpa): return autoscaler(of: workload, scaling, metric: externalQueueDepth(scaling))
        case (.api, _): return autoscaler(of: workload, scaling, metric: cpu)
        }
    }

    /// Notifications a pod: at the depth that alerts watch, all pods that there may be are at work.
    private func depth(_ scaling: Scaling) -> Int { max(1, fleet.thresholds.queueDepth.value / max(1, scaling.maximum)) }

    private func queueScaler(of workload: Workload, _ scaling: Scaling, _ backlog: PromQLExpression) -> YAMLValue {
        let prometheus =
            "http://prometheus-operated.\(KubernetesObjects.monitoringNamespace).svc:\(Self.operatedPort)"
        return [
            "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": metadata(service.name),
            "spec": [
                "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "\(workload.name)"],
                "minReplicaCount": .integer(scaling.minimum), "maxReplicaCount": .integer(scaling.maximum),
                "pollingInterval": .integer(Int(fleet.scraping.interval / .seconds(1))),
                "cooldownPeriod": 300,
                // Without an answer of Prometheus: as declared.
                "fallback": ["failureThreshold": 3, "replicas": .integer(workload.replicas)],
                "triggers": [
                    [
                        "type": "prometheus", "metricType": "AverageValue",
                        "metadata": [
                            "serverAddress": "\(prometheus)",
                            "query": "\(backlog)",
                            "threshold": "\(depth(scaling))",
                        ],
                    ]
                ],
            ],
        ]
    }

    /// That of the operator's own Service, whatever the fleet's Prometheus on a host has.
    private static let operatedPort = 9090

    private func autoscaler(of workload: Workload, _ scaling: Scaling, metric: YAMLValue) -> YAMLValue {
        [
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata(service.name),
            "spec": [
                "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "\(workload.name)"],
                "minReplicas": .integer(scaling.minimum), "maxReplicas": .integer(scaling.maximum),
                "behavior": ["scaleDown": ["stabilizationWindowSeconds": 300]], "metrics": [metric],
            ],
        ]
    }

    /// The cores at which alerts find a process too busy: one pod has one.
    private var cpu: YAMLValue {
        let millicores = max(1, Int((fleet.thresholds.cpuPercent.value * 10).rounded()))
        return [
            "type": "Resource",
            "resource": ["name": "cpu", "target": ["type": "AverageValue", "averageValue": "\(millicores)m"]],
        ]
    }

    /// An adapter gives the cluster the same query under this name.
    private func externalQueueDepth(_ scaling: Scaling) -> YAMLValue {
        [
            "type": "External",
            "external": [
                "metric": ["name": "apus_queue_depth"],
                "target": ["type": "AverageValue", "averageValue": "\(depth(scaling))"],
            ],
        ]
    }
}

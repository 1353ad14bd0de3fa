import AgentMetrics
import ApusFiles
import ApusPromQL
import ApusTopology

/// What changes the number of pods.
extension KubernetesService {
    /// Nil for a service whose number stays, or whose pods have names that no number gives.
    var scaler: YAMLValue? {
        guard let scaling = service.scaling, let workload = workloads.first, workloads.count == 1 else { return nil }
        guard let backlog = scaling.backlog else { return autoscaler(of: workload, scaling, metric: cpu) }
        // At the depth that alerts watch, all pods that there may be are at work.
        let share = backlog.share(of: scaling.maximum, in: fleet)
        return switch fleet.containers.scaler {
        case .keda: queueScaler(of: workload, scaling, query: backlog.query, share: share)
        case .hpa: autoscaler(of: workload, scaling, metric: externalQueueDepth(share))
        }
    }

    private func queueScaler(
        of workload: Workload, _ scaling: Scaling, query: PromQLExpression, share: Int
    ) -> YAMLValue {
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
                            "query": "\(query)",
                            "threshold": "\(share)",
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
        let millicores = max(1, Int((fleet.thresholds[Threshold.cpuPercent].value * 10).rounded()))
        return [
            "type": "Resource",
            "resource": ["name": "cpu", "target": ["type": "AverageValue", "averageValue": "\(millicores)m"]],
        ]
    }

    /// An adapter gives the cluster the same query under this name.
    private func externalQueueDepth(_ share: Int) -> YAMLValue {
        [
            "type": "External",
            "external": [
                "metric": ["name": "apus_queue_depth"],
                "target": ["type": "AverageValue", "averageValue": "\(share)"],
            ],
        ]
    }
}

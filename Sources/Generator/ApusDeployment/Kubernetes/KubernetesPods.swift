import ApusFiles
import ApusTopology

/// The pods of a service: the process itself, and its agent beside it.
struct KubernetesPods {
    let service: KubernetesService
    let workload: KubernetesService.Workload

    private var fleet: Fleet { service.fleet }
    private var declared: FleetService { service.service }
    private var command: ProcessCommand { .pod(instance, of: declared, in: fleet, port: service.port) }
    private var agentCommand: ProcessCommand { .podAgent(in: fleet, beside: instance, of: declared) }
    private var images: ContainerImages { ContainerImages(fleet: fleet) }

    /// The runtime puts the pod's name in its place.
    private var instance: String { workload.instance ?? "$(POD_NAME)" }

    var statefulSet: YAMLValue {
        [
            "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": service.metadata(workload.name),
            "spec": .present([
                ("serviceName", "\(declared.name)"), ("replicas", .integer(workload.replicas)),
                ("ordinals", workload.first == 0 ? nil : ["start": .integer(workload.first)]),
                ("podManagementPolicy", "Parallel"), ("revisionHistoryLimit", 5), ("selector", selector),
                ("template", ["metadata": ["labels": .strings(labels)], "spec": pod]),
                ("volumeClaimTemplates", hasOwnData ? [Self.ownData] : nil),
            ]),
        ]
    }

    private var sharesData: Bool { fleet.command(of: declared).sharedFiles != nil }
    private var hasOwnData: Bool { fleet.keepsFiles(declared) && !sharesData }

    /// A volume of each pod, which is there again for the pod of its name.
    private static let ownData: YAMLValue = [
        "metadata": ["name": "\(KubernetesObjects.dataVolumeName)"], "spec": KubernetesObjects.dataClaim,
    ]

    /// Sets of one service must not take each other's pods.
    private var own: [(String, String)] {
        workload.instance.map { [("app.kubernetes.io/instance", $0)] } ?? []
    }

    private var labels: [(String, String)] { service.shared.labels + service.labels + own }

    private var selector: YAMLValue {
        [
            "matchLabels": .strings(
                [(KubernetesObjects.nameLabel, declared.name), (KubernetesObjects.partLabel, fleet.name)] + own)
        ]
    }

    private var pod: YAMLValue {
        let user = ContainerImages.user
        // A sidecar is there before the service and after it, so that nothing it reports is lost; earlier versions have none.
        let hasSidecars = fleet.tools.kubernetes >= ToolVersion(1, 29)
        return .present([
            ("serviceAccountName", "\(declared.name)"), ("automountServiceAccountToken", false),
            ("enableServiceLinks", false),
            // The agent reads /proc of the process that reports to it.
            ("shareProcessNamespace", true),
            (
                "terminationGracePeriodSeconds",
                // The agent is stopped once the service has ended, and told of it a little later.
                .integer(Int(((command.stopGrace + agentCommand.stopGrace + .seconds(5)) / .seconds(1)).rounded(.up)))
            ),
            (
                "securityContext",
                [
                    "runAsNonRoot": true, "runAsUser": .integer(user), "runAsGroup": .integer(user),
                    "fsGroup": .integer(user), "fsGroupChangePolicy": "OnRootMismatch",
                    "seccompProfile": ["type": "RuntimeDefault"],
                ]
            ),
            ("affinity", sharesData ? ["podAffinity": affinity] : nil), ("topologySpreadConstraints", spread),
            ("initContainers", hasSidecars ? [agent(isSidecar: true)] : nil),
            ("containers", .list([container] + (hasSidecars ? [] : [agent(isSidecar: false)]))),
            ("volumes", .list(volumes)),
        ])
    }

    private var volumes: [YAMLValue] {
        let shared: YAMLValue = [
            "name": "\(KubernetesObjects.dataVolumeName)",
            "persistentVolumeClaim": ["claimName": "\(KubernetesObjects.sharedClaimName)"],
        ]
        return (sharesData ? [shared] : []) + [
            ["name": "reports", "emptyDir": ["medium": "Memory", "sizeLimit": "1Mi"]],
            ["name": "temporary", "emptyDir": ["sizeLimit": "64Mi"]],
        ] + (declared.isWatched ? [["name": "watch", "configMap": ["name": "\(service.watchName)"]]] : [])
    }

    private var mounts: [YAMLValue] {
        let data: YAMLValue = [
            "name": "\(KubernetesObjects.dataVolumeName)", "mountPath": "\(fleet.installation.stateFolder)",
        ]
        return (fleet.keepsFiles(declared) ? [data] : []) + [
            ["name": "reports", "mountPath": "\(fleet.installation.runtimeFolder)"],
            ["name": "temporary", "mountPath": "/tmp"],
        ]
    }

    /// The shared files are on one node (data.yaml).
    private var affinity: YAMLValue {
        [
            "requiredDuringSchedulingIgnoredDuringExecution": [
                ["labelSelector": service.shared.sharingPods, "topologyKey": "kubernetes.io/hostname"]
            ]
        ]
    }

    /// Pods that share files get there once they no longer do.
    private var spread: YAMLValue {
        .list(
            ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map { key in
                [
                    "maxSkew": 1, "topologyKey": "\(key)", "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": service.selector,
                ]
            })
    }

    private var container: YAMLValue {
        let command = command
        return .present([
            ("name", "\(declared.role.rawValue)"),
            ("image", "\(images.own(command.path == nil ? command.executable : declared.name))"),
            // The command by which the agent finds it, whatever its image says.
            ("command", command.path.map { .strings([$0]) }), ("args", .strings(command.arguments)),
            (
                "env",
                .list(
                    [Self.podName]
                        + command.environment.map { variable -> YAMLValue in
                            ["name": "\(variable.name)", "value": "\(variable.value)"]
                        })
            ), ("envFrom", service.shared.backends.map { _ in Self.backends }),
            ("ports", service.port.map { [["name": "http", "containerPort": .integer($0)]] }),
            ("startupProbe", startup), ("livenessProbe", liveness), ("readinessProbe", readiness),
            (
                "resources",
                resources(declared.limits, cpu: "250m", request: .bytes(fleet.thresholds[Threshold.memory].wholeValue))
            ),
            ("securityContext", Self.confined),
            ("volumeMounts", .list(mounts)),
        ])
    }

    private static let podName: YAMLValue = [
        "name": "POD_NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]],
    ]

    /// Passwords are in a secret of the same name, which nobody has to make as long as nobody reads it.
    private static let backends: YAMLValue = [
        ["configMapRef": ["name": "\(KubernetesObjects.backendsName)"]],
        ["secretRef": ["name": "\(KubernetesObjects.backendsName)", "optional": true]],
    ]

    private static let confined: YAMLValue = [
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
    ]

    /// No limit of processors: who is held back answers late, and the threshold of alerts tells of who takes too much.
    private func resources(_ limits: ResourceLimits, cpu: String, request: ByteCount) -> YAMLValue {
        [
            "requests": ["cpu": "\(cpu)", "memory": "\(request.bytes)"],
            "limits": ["memory": "\(fleet.memoryLimit(limits).bytes)"],
        ]
    }

    private func agent(isSidecar: Bool) -> YAMLValue {
        .present([
            ("name", "agent"), ("image", "\(images.own(agentCommand.executable))"),
            ("restartPolicy", isSidecar ? "Always" : nil),
            ("args", .strings(agentCommand.arguments)),
            ("env", .list([Self.podName])),
            ("ports", [["name": "\(KubernetesObjects.agentPort)", "containerPort": .integer(fleet.agents.port)]]),
            // It is started again when it hangs; a service goes on without it, so that it is no part of what is ready.
            ("livenessProbe", get("/health/live", port: KubernetesObjects.agentPort, failures: 3)),
            ("resources", resources(fleet.agents.limits, cpu: "50m", request: .mebibytes(64))),
            ("securityContext", Self.confined),
            (
                "volumeMounts",
                .list(
                    [["name": "reports", "mountPath": "\(fleet.installation.runtimeFolder)"]]
                        + (declared.isWatched
                            ? [["name": "watch", "mountPath": "\(AgentWatchFile.folder)", "readOnly": true]] : []))
            ),
        ])
    }
}

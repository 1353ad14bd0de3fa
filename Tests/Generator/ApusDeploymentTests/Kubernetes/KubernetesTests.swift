import AgentMetrics
import ApusFiles
import ApusGenerator
import ApusPromQL
import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import Testing
import Yams

/// Manifests, judged by the published schemas of Kubernetes, the Prometheus operator and KEDA.
@Suite struct `Manifests of Kubernetes` {
    /// Two services that are scaled, by an autoscaler of the cluster itself, on a version without sidecars.
    static let scaled = Fleet("web") {
        FleetService("api", role: .api, scaling: Scaling(minimum: 2, maximum: 8)) {
            for number in 1...2 { Instance("api-\(number)", port: 3000 + number, metricsPort: 9100 + number) }
        }
        FleetService("worker", role: .worker, scaling: Scaling(minimum: 1, maximum: 3, by: .orders(of: "worker"))) {
            Instance("worker-0", metricsPort: 9091)
        }
        Thresholds(.cpuPercent(62.5, .medium), .waitingOrders(1000, .high))
        Containers(registry: "registry.example.org/team", tag: "1.2.3", namespace: "web", scaler: .hpa)
        ToolVersions(kubernetes: ToolVersion(1, 28))
    }

    static let fleets = FleetShapes.all + [scaled, stores]

    static func objects(_ fleet: Fleet) throws -> [Node] {
        try FileKind.kubernetes.files(for: fleet).flatMap { try Array(Yams.compose_all(yaml: $0.contents)) }
    }

    static func object(_ kind: String, _ name: String, of fleet: Fleet) throws -> Node {
        try #require(
            try objects(fleet).first { $0["kind"]?.string == kind && $0["metadata"]?["name"]?.string == name },
            "no \(kind) \(name)")
    }

    @Test(arguments: fleets) func `are what the published schemas describe`(fleet: Fleet) throws {
        let faults = try SchemaCheck.faults(in: try FileKind.kubernetes.files(for: fleet), of: .kubernetes)
        #expect(faults == [], "\(faults)")
    }

    @Test(
        arguments: [
            ("terminationGracePeriodSeconds:", "terminationGrace:"), ("scrapeTimeout: 10s", "scrapeTimeout: ten"),
            ("minReplicaCount:", "minReplicas:"), ("maxUnavailable: 1", "maxUnavailable: [1]"), ("expr:", "expression:"),
            ("policyTypes:", "types:"), ("restartPolicy: Always", "restartPolicy: [Always]"),
        ] as [(String, String)])
    func `are refused by the schemas when a field is wrong`(mutation: (String, String)) throws {
        let files = try FileKind.kubernetes.files(for: shopFleet()).map {
            GeneratedFile(path: $0.path, contents: $0.contents.replacing(mutation.0, with: mutation.1))
        }
        #expect(try !SchemaCheck.faults(in: files, of: .kubernetes).isEmpty, "\(mutation)")
    }

    @Test func `name pods as the topology names instances`() throws {
        let workers = try Self.object("StatefulSet", "worker", of: shopFleet())["spec"]
        #expect(workers?["replicas"]?.int == 5 && workers?["ordinals"]?["start"]?.int == 1)
        let beside = try #require(FleetShapes.all.first { $0.name == "null" })
        let names = try Self.objects(beside).filter { $0["kind"]?.string == "StatefulSet" }
            .compactMap { $0["metadata"]?["name"]?.string }
        #expect(Set(names) == Set(beside.identities.map(\.instance)))
    }

    @Test(arguments: fleets) func `let a process do nothing but its work`(fleet: Fleet) throws {
        for object in try Self.objects(fleet) where object["kind"]?.string == "StatefulSet" {
            let pod = try #require(object["spec"]?["template"]?["spec"])
            #expect(pod["shareProcessNamespace"]?.bool == true)
            #expect(pod["automountServiceAccountToken"]?.bool == false)
            #expect(pod["securityContext"]?["runAsNonRoot"]?.bool == true)
            #expect(pod["securityContext"]?["seccompProfile"]?["type"]?.string == "RuntimeDefault")
            let containers = Array(pod["containers"]?.sequence ?? []) + Array(pod["initContainers"]?.sequence ?? [])
            #expect(containers.count == 2)
            for container in containers {
                let context = container["securityContext"]
                #expect(context?["allowPrivilegeEscalation"]?.bool == false)
                #expect(context?["readOnlyRootFilesystem"]?.bool == true)
                #expect(context?["capabilities"]?["drop"]?[0]?.string == "ALL")
                // One user for both: reading another one's /proc takes a privilege.
                #expect(context?["runAsUser"] == nil)
                #expect(container["resources"]?["limits"]?["memory"] != nil)
                // A service that listens nowhere is asked by what its image has for that, if anything.
                let isAsked =
                    container["name"]?.string != "worker"
                    || fleet.services.contains { fleet.command(of: $0).probe?.passUnanswered != nil }
                #expect((container["livenessProbe"] != nil) == isAsked)
            }
        }
    }

    /// A service whose processes share files, one with files of its own, and one without any.
    static let stores = Fleet("shop") {
        FleetService(
            "catalog", role: .api,
            program: ServiceCommand(
                "shop", arguments: [["--data", "\(.dataFolder)"]],
                sharedFiles: SharedFiles(
                    composeRemark: "The catalog is one file.", kubernetesRemark: "The catalog needs one node.",
                    serversRemark: "The catalog reads the cache."))
        ) { Instance("catalog-1", port: 8001, metricsPort: 9101) }
        FleetService(
            "checkout", role: .api, program: ServiceCommand("shop", arguments: [["--data", "\(.dataFolder)"]])
        ) { Instance("checkout-1", port: 8002, metricsPort: 9102) }
        FleetService("packing", role: .worker) { Instance("packing-1", metricsPort: 9111) }
        Cache("redis")
    }

    @Test func `tie pods to one node only where they share files, and say why`() throws {
        func pod(_ service: String) throws -> Node? { try Self.object("StatefulSet", service, of: Self.stores)["spec"] }
        func names(_ list: Node?) -> [String] { list?.sequence?.compactMap { $0["name"]?.string } ?? [] }
        let catalog = try pod("catalog")
        let rule = catalog?["template"]?["spec"]?["affinity"]?["podAffinity"]?[
            "requiredDuringSchedulingIgnoredDuringExecution"]?[0]
        let sharing = rule?["labelSelector"]?["matchExpressions"]?[0]?["values"]?.sequence ?? []
        #expect(sharing.compactMap { $0.string } == ["catalog"])
        let shared = names(catalog?["template"]?["spec"]?["volumes"])
        #expect(shared.contains("data") && catalog?["volumeClaimTemplates"] == nil)
        let checkout = try pod("checkout")
        #expect(checkout?["template"]?["spec"]?["affinity"] == nil)
        #expect(checkout?["volumeClaimTemplates"]?[0]?["metadata"]?["name"]?.string == "data")
        let own = names(checkout?["template"]?["spec"]?["containers"]?[0]?["volumeMounts"])
        #expect(own.contains("data"))
        let packing = try pod("packing")
        #expect(packing?["template"]?["spec"]?["affinity"] == nil && packing?["volumeClaimTemplates"] == nil)
        let none = names(packing?["template"]?["spec"]?["containers"]?[0]?["volumeMounts"])
        #expect(!none.contains("data") && none.contains("reports"))
        let files = Dictionary(uniqueKeysWithValues: try Self.stores.generatedFiles().map { ($0.path, $0.contents) })
        #expect(files["deploy/kubernetes/data.yaml"]?.contains("# The catalog needs one node.\n") == true)
        #expect(files["deploy/kubernetes/backends.yaml"]?.contains("The catalog reads the cache.\n") == true)
        #expect(files["deploy/docker-compose.yml"]?.contains("# The catalog is one file.\n") == true)
    }

    @Test func `speak of no notification in a fleet that has none`() throws {
        let fleet = Fleet("shop") {
            FleetService("checkout", role: .api) { Instance("checkout-1", port: 8001, metricsPort: 9101) }
            Cache("redis")
        }
        let files = try fleet.generatedFiles(of: [.kubernetes, .compose, .docker]).filter { !$0.path.contains("/rules-") }
        #expect(files.contains { $0.path.hasSuffix("backends.yaml") } && !files.contains { $0.path.hasSuffix("data.yaml") })
        for file in files where !file.path.contains("/grafana/") && !file.path.contains("/prometheus/") {
            // The agent is built with the headers of what its probes may ask, and has the libraries.
            let text = file.contents.lowercased().replacing("libsqlite3-dev", with: "").replacing("libsqlite3-0", with: "")
            #expect(!text.contains("notification") && !text.contains("sqlite") && !text.contains("postgresql"), "\(file.path)")
        }
    }

    @Test func `start the agent before its service where the version knows of sidecars`() throws {
        let pod = try Self.object("StatefulSet", "api", of: shopFleet())["spec"]?["template"]?["spec"]
        #expect(pod?["initContainers"]?[0]?["restartPolicy"]?.string == "Always")
        let older = try Self.object("StatefulSet", "api", of: Self.scaled)["spec"]?["template"]?["spec"]
        #expect(older?["initContainers"] == nil && older?["containers"]?[1]?["name"]?.string == "agent")
    }

    @Test func `hold the numbers of the topology`() throws {
        let fleet = shopFleet()
        let api = try Self.object("StatefulSet", "api", of: fleet)["spec"]?["template"]?["spec"]
        let container = api?["containers"]?[0]
        #expect(container?["resources"]?["limits"]?["memory"]?.string == "\(1024 << 20)")
        #expect(container?["readinessProbe"]?["httpGet"]?["path"]?.string == "/health/ready")
        #expect(api?["terminationGracePeriodSeconds"]?.int == 25)
        let monitor = try Self.object("ServiceMonitor", "shop", of: fleet)["spec"]?["endpoints"]?[0]
        #expect(monitor?["interval"]?.string == "15s" && monitor?["scrapeTimeout"]?.string == "10s")
        #expect(monitor?["honorLabels"]?.bool == true)
        #expect(api?["initContainers"]?[0]?["ports"]?[0]?["containerPort"]?.int == 9480)
    }

    /// From the monitor over a service's address to the agent's port in the pods: by labels, the port's name, labels, a number.
    @Test(arguments: fleets) func `lead the monitor to the agent of every pod`(fleet: Fleet) throws {
        let objects = try Self.objects(fleet)
        let monitor = try #require(objects.first { $0["kind"]?.string == "ServiceMonitor" }?["spec"])
        let wanted = monitor["selector"]?["matchLabels"]?.mapping.map(Array.init) ?? []
        #expect(!wanted.isEmpty)
        let sets = objects.filter { $0["kind"]?.string == "StatefulSet" }
        #expect(!sets.isEmpty)
        for pod in sets.compactMap({ $0["spec"]?["template"] }) {
            let service = try #require(
                objects.first { object in
                    object["kind"]?.string == "Service"
                        && object["spec"]?["selector"]?.mapping?.allSatisfy { pod["metadata"]?["labels"]?[$0.key] == $0.value }
                            == true
                })
            #expect(wanted.allSatisfy { service["metadata"]?["labels"]?[$0.key] == $0.value })
            let ports = service["spec"]?["ports"]?.sequence.map(Array.init) ?? []
            let port = try #require(ports.first { $0["name"] == monitor["endpoints"]?[0]?["port"] })
            let containers = ["initContainers", "containers"].flatMap { pod["spec"]?[$0]?.sequence.map(Array.init) ?? [] }
            let agent = try #require(containers.first { $0["name"]?.string == "agent" })
            #expect(agent["ports"]?[0]?["containerPort"]?.int == port["targetPort"]?.int)
        }
    }

    @Test func `scale workers by the depth that alerts watch`() throws {
        let fleet = shopFleet()
        let scaler = try Self.object("ScaledObject", "worker", of: fleet)["spec"]
        let trigger = scaler?["triggers"]?[0]?["metadata"]
        // 10,000 at 20 pods.
        #expect(trigger?["threshold"]?.string == "500")
        let rules = try FileKind.rules.files(for: fleet).map(\.contents).joined()
        let query = try #require(trigger?["query"]?.string)
        #expect(query.contains(#"{service="worker"}"#))
        #expect(rules.contains("expr: \(query) > 10000\n"), "the alert's query")
        #expect(scaler?["maxReplicaCount"]?.int == 20)
        let other = try Self.object("HorizontalPodAutoscaler", "worker", of: Self.scaled)["spec"]?["metrics"]?[0]
        #expect(other?["external"]?["target"]?["averageValue"]?.string == "333")
        let cpu = try Self.object("HorizontalPodAutoscaler", "api", of: Self.scaled)["spec"]?["metrics"]?[0]
        #expect(cpu?["resource"]?["target"]?["averageValue"]?.string == "625m")
    }

    @Test(arguments: fleets) func `hold the groups of every file of rules`(fleet: Fleet) throws {
        let objects = try FileKind.kubernetes.files(for: fleet).filter { $0.path.contains("/rules-") }
        // Nodes of a cluster are not the fleet's, and each pod has an agent that sees one.
        let files = try FileKind.rules.files(for: fleet.deployed(in: nil).ofStartedServices.inCluster)
        #expect(objects.count == files.count)
        for (object, file) in zip(objects, files) {
            let groups = try #require(try Yams.compose(yaml: object.contents)?["spec"]?["groups"])
            #expect(groups == (try Yams.compose(yaml: file.contents)?["groups"]))
        }
    }

    @Test(arguments: fleets) func `reach one another only as it is allowed`(fleet: Fleet) throws {
        let policies = try Self.objects(fleet).filter { $0["kind"]?.string == "NetworkPolicy" }
        let names = policies.compactMap { $0["metadata"]?["name"]?.string }
        #expect(Set(names) == Set(["deny-everything", "metrics", "names"] + fleet.startedServices.map(\.name)))
        let all = try #require(policies.first)["spec"]
        #expect(all?["policyTypes"]?.sequence?.count == 2)
        #expect(all?["ingress"]?.sequence?.isEmpty == true && all?["egress"]?.sequence?.isEmpty == true)
    }
}

import ApusTopology

/// `deploy/kubernetes/…`: the fleet's services in a cluster, each pod with its agent, and what watches and scales them.
func kubernetesFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let fleet = try fleet.deployed()
    let objects = KubernetesObjects(fleet: fleet)
    var files = [
        try file("namespace", [objects.namespace]),
        try file("data", [objects.dataVolume], remarks: KubernetesObjects.dataRemarks),
        try file("network-policies", objects.networkPolicies),
        try file("pod-monitor", [objects.podMonitor]),
    ]
    if let backends = objects.backends {
        files.append(try file("backends", [backends], remarks: KubernetesObjects.backendRemarks))
    }
    files += try fleet.services.map { service in
        try file("service-\(service.name)", KubernetesService(fleet: fleet, service: service).objects)
    }
    return try files + ruleFiles(for: fleet).map { objects.ruleObject(of: $0) }
}

private func file(_ name: String, _ objects: [YAMLValue], remarks: String = "") throws -> GeneratedFile {
    GeneratedFile(
        path: "deploy/kubernetes/\(name).yaml", contents: try YAMLFile.contents(documents: objects, remarks: remarks))
}

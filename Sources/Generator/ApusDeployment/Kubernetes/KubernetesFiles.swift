package import ApusFiles
package import ApusTopology

/// `deploy/kubernetes/…`: the fleet's services in a cluster, each pod with its agent, and what watches and scales them.
///
/// - Parameters:
///   - fleet: as servers run it.
///   - ruleFiles: Prometheus' rules, each of which becomes an object.
package func kubernetesFiles(
    for fleet: Fleet, ruleFiles: [GeneratedFile]
) throws -> [GeneratedFile] {
    let objects = KubernetesObjects(fleet: fleet)
    var files = [
        try file("namespace", [objects.namespace], from: fleet.containers.place),
        try file("network-policies", objects.networkPolicies),
        // No service has a file of this name: theirs begin with `service-`.
        try file("servicemonitor", [objects.serviceMonitor], from: fleet.scraping.place),
    ]
    if let shared = fleet.sharedFiles {
        files.append(try file("data", [objects.dataVolume], remarks: shared.kubernetesRemark, from: fleet.data.place))
    }
    if let backends = objects.backends {
        files.append(try file("backends", [backends], remarks: objects.backendRemarks))
    }
    files += try fleet.startedServices.map { service in
        let objects = try KubernetesService(fleet: fleet, service: service).objects
        return try file("service-\(service.name)", objects, from: service.place)
    }
    return files + ruleFiles.map { objects.ruleObject(of: $0) }
}

/// - Parameter place: what all of it follows from.
private func file(
    _ name: String, _ objects: [YAMLValue], remarks: String = "", from place: SourcePlace? = nil
) throws -> GeneratedFile {
    let contents = try YAMLFile.contents(documents: objects, remarks: remarks)
    let lines = contents.split(separator: "\n", omittingEmptySubsequences: false).count - 1
    return GeneratedFile(
        path: "deploy/kubernetes/\(name).yaml", contents: contents,
        origins: place.map { [FileOrigin(.lines(1...max(1, lines)), $0)] } ?? [])
}

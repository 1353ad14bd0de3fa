package import ApusFiles
package import ApusTopology

/// `deploy/nginx/…`: the configuration of each load balancer on its host, and what they include.
package func nginxFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    let fleet = try fleet.deployed()
    return try nginxConfigurations(for: fleet, network: .host, folder: "deploy/nginx")
        + (fleet.loadBalancers.isEmpty ? [] : NginxSnippets.files(folder: "deploy/nginx/\(NginxSnippets.folder)"))
}

/// One configuration a load balancer: each is a process with ports of its own.
package func nginxConfigurations(for fleet: Fleet, network: FleetNetwork, folder: String) throws -> [GeneratedFile] {
    try fleet.loadBalancers.map { balancer in
        let configuration = try NginxConfiguration(fleet: fleet, balancer: balancer, network: network)
        return configuration.text.file("\(folder)/\(nginxConfigurationName(of: balancer, in: fleet))")
    }
}

/// The name of the file of a load balancer, which is the only one in most fleets.
func nginxConfigurationName(of balancer: LoadBalancer, in fleet: Fleet) -> String {
    fleet.loadBalancers.count == 1 ? "nginx.conf" : "nginx-\(balancer.name).conf"
}

package import ApusFiles
package import ApusTopology
import EventCatalog

/// `deploy/systemd/…`: units, users and folders of the fleet on one host, and the explanations of what it logs.
package func systemdFiles(for fleet: Fleet) throws -> [GeneratedFile] {
    try systemdFiles(for: fleet, prefix: fleet.installation.prefix).map(\.generated)
}

/// - Parameter prefix: the executables are in its `bin`.
func systemdFiles(for fleet: Fleet, prefix: String) throws -> [SystemdFile] {
    let services = fleet.startedServices.flatMap { ServiceTemplate(fleet: fleet, service: $0).files(prefix: prefix) }
    let host = HostFiles(fleet: fleet)
    let agents = AgentUnits(fleet: fleet)
    return try agents.files(prefix: prefix) + agents.socketFiles + agents.expectationFiles + agents.watchFiles + services + [
        FleetTarget(fleet: fleet).file, host.users, host.folders,
        SystemdFile(.catalog, "apus.catalog", UnitFile.header + CataloguedEvent.catalog()),
    ]
}

extension Fleet {
    /// Whether its processes listen on this host's own address only.
    var isLocal: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost" || (parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil })
    }
}

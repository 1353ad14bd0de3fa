import ApusTopology

/// `apus.target`: the whole fleet, to be started, stopped and enabled as one.
struct FleetTarget {
    static let name = "apus.target"

    let fleet: Fleet

    var file: SystemdFile {
        let agents = AgentUnits(fleet: fleet)
        let units =
            agents.socketNames + agents.names
            + fleet.startedServices.flatMap { ServiceTemplate(fleet: fleet, service: $0).names }
        let unit = UnitFile(sections: [
            .init(
                name: "Unit",
                lines: [.setting("Description", "Apus fleet \(fleet.name)")] + units.map { .setting("Wants", $0) }),
            .init(name: "Install", lines: [.setting("WantedBy", "multi-user.target")]),
        ])
        return SystemdFile(.unit, Self.name, unit.contents)
    }
}

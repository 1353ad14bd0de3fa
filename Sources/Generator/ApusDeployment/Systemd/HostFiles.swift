import ApusTopology

/// The users and folders that a host must have before the units start.
struct HostFiles {
    let fleet: Fleet

    /// sysusers.d(5)
    var users: SystemdFile {
        let (agent, service) = (fleet.installation.agentUser, fleet.installation.serviceUser)
        return SystemdFile(
            .users, "apus.conf",
            UnitFile.header + """
                # Who is in the group \(service) may report to the agents.
                u \(service) - "Apus services" \(fleet.installation.stateFolder)
                u \(agent) - "Apus agents" \(fleet.installation.runtimeFolder)
                m \(agent) \(service)

                """)
    }

    /// tmpfiles.d(5)
    var folders: SystemdFile {
        let (agent, service) = (fleet.installation.agentUser, fleet.installation.serviceUser)
        return SystemdFile(
            .folders, "apus.conf",
            UnitFile.header + """
                d \(fleet.installation.runtimeFolder) 0750 \(agent) \(service) -
                d \(fleet.installation.stateFolder) 0700 \(service) \(service) -

                """)
    }
}

import ApusTopology

/// The users and folders that a host must have before the units start.
struct HostFiles {
    let fleet: Fleet
    var context = UnitContext.fleet

    /// sysusers.d(5)
    var users: SystemdFile {
        users("u \(fleet.installation.serviceUser) - \"Apus services\" \(fleet.installation.stateFolder)")
    }

    /// The users of a host that has an agent and nothing of a fleet: who reports to it has a user already, and joins the group.
    var agentUsers: SystemdFile { users("g \(fleet.installation.serviceUser) -") }

    /// - Parameter reporters: the line of those who report.
    private func users(_ reporters: String) -> SystemdFile {
        let (agent, service) = (fleet.installation.agentUser, fleet.installation.serviceUser)
        return SystemdFile(
            .users, "apus.conf",
            context.header + """
                # Who is in the group \(service) may report to the agents.
                \(reporters)
                u \(agent) - "Apus agents" \(fleet.installation.runtimeFolder)
                m \(agent) \(service)

                """)
    }

    /// tmpfiles.d(5)
    var folders: SystemdFile {
        let service = fleet.installation.serviceUser
        return SystemdFile(
            .folders, "apus.conf",
            agentFolders.contents + "d \(fleet.installation.stateFolder) 0700 \(service) \(service) -\n")
    }

    /// The folders of a host that has an agent and nothing of a fleet.
    var agentFolders: SystemdFile {
        let (agent, service) = (fleet.installation.agentUser, fleet.installation.serviceUser)
        return SystemdFile(
            .folders, "apus.conf",
            context.header + "d \(fleet.installation.runtimeFolder) 0750 \(agent) \(service) -\n")
    }
}

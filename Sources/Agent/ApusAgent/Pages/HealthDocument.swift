import AgentMetrics

/// What `/health` answers: whether the agent does its work, and which instances and groups it sees.
///
/// The words for a status are those of the draft for `application/health+json`. That of the agent is the worst of its checks, as of
/// `/health/detailed`: pass, warn (there is something to look at), fail (the sampling loop stands still). That of an instance says
/// whether it lives and does something, so that one that has ended fails, also where nobody expects it back.
struct HealthDocument: Encodable {
    let status: Status
    let version: String
    let uptimeSeconds: Double
    let sampling: Sampling
    let configuration: Configuration
    let instances: [InstanceHealth]
    /// What the configuration file names; `nil` without a file.
    let groups: [GroupHealth]?

    enum Status: String, Encodable { case pass, warn, fail }

    struct Sampling: Encodable {
        let intervalSeconds: Double
        let ageSeconds: Double
    }

    struct Configuration: Encodable {
        let status: Status
        /// Seconds since the files were last taken in; absent of an agent that cannot reload.
        let ageSeconds: Double?
    }

    struct GroupHealth: Encodable {
        let service: String
        let instance: String
        let status: Status
        let processes: Int
    }

    struct InstanceHealth: Encodable {
        let service: String
        let instance: String
        let status: Status
        let state: String
        let pid: Int32?
        let heartbeatAgeSeconds: Double?
        /// Whether a living process hangs; `null` of one that does not live, and without the source `hang`.
        let hung: Bool?
        let hungReason: String?
    }
}

extension HealthDocument {
    /// - Parameters:
    ///   - instances: what is seen of each, and the state that it is in.
    ///   - checked: the worst of the checks of all but instances and groups, which are looked at here as they are at this moment.
    ///   - interval: of the sampling loop, in seconds.
    init(
        instances: [(view: InstanceView, state: SubjectState)],
        groups: [(identity: InstanceIdentity, processes: Int, isWell: Bool)]?, checked: Status, work: AgentWork,
        interval: Double, configuration: ConfigurationStanding, at now: Moment
    ) {
        let isAmiss = instances.contains { $0.state.isAmiss } || (groups ?? []).contains { !$0.isWell }
        status = checked == .pass && isAmiss ? .warn : checked
        self.configuration = Configuration(
            status: configuration.isCurrent ? .pass : .fail,
            ageSeconds: configuration.takenAt.map { max(0, now.realtime - $0) })
        self.groups = groups?.map { group in
            GroupHealth(
                service: group.identity.service, instance: group.identity.instance, status: group.isWell ? .pass : .fail,
                processes: group.processes)
        }
        version = productVersion
        uptimeSeconds = now.seconds(since: work.startedAt)
        sampling = Sampling(intervalSeconds: interval, ageSeconds: work.sampleAge(at: now))
        self.instances = instances.map { view, state in
            InstanceHealth(
                service: view.identity.service, instance: view.identity.instance, status: state == .up ? .pass : .fail,
                state: state.rawValue, pid: view.pid,
                heartbeatAgeSeconds: view.isUp ? view.heartbeatAge : nil,
                hung: view.isHung, hungReason: view.hang?.description)
        }
    }
}

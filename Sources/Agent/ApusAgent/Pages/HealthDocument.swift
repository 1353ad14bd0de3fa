import AgentMetrics

/// What `/health` answers: whether the agent does its work, and which instances and groups it sees.
///
/// The words for a status are those of the draft for `application/health+json`: pass, warn (an instance is down or hung, a group that
/// the file names has nobody, or the last reload failed), fail (the sampling loop stands still).
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
        let pid: Int32?
        let heartbeatAgeSeconds: Double?
        /// Whether a living process hangs; `null` of one that does not live, and without the source `hang`.
        let hung: Bool?
        let hungReason: String?
    }
}

extension HealthDocument {
    /// - Parameters:
    ///   - living: the names of groups with processes, which are up whatever becomes of a report.
    ///   - interval: of the sampling loop, in seconds; three missed turns are a failure.
    init(
        views: [InstanceView], groups: [(identity: InstanceIdentity, processes: Int, isWell: Bool)]?,
        living: Set<InstanceIdentity>, work: AgentWork, interval: Double, configuration: ConfigurationStanding, at now: Moment
    ) {
        func isWell(_ view: InstanceView) -> Bool { view.isWell || living.contains(view.identity) && view.hang == nil }
        let age = work.sampleAge(at: now)
        let isStalled = age > interval * 3
        let isAllWell = configuration.isCurrent && views.allSatisfy(isWell) && (groups ?? []).allSatisfy { $0.isWell }
        status = isStalled ? .fail : isAllWell ? .pass : .warn
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
        sampling = Sampling(intervalSeconds: interval, ageSeconds: age)
        instances = views.map { view in
            InstanceHealth(
                service: view.identity.service, instance: view.identity.instance, status: isWell(view) ? .pass : .fail,
                pid: view.pid,
                heartbeatAgeSeconds: view.isUp ? view.heartbeatAge : nil,
                hung: view.isHung, hungReason: view.hang?.description)
        }
    }
}

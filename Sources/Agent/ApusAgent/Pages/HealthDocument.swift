import AgentMetrics

/// What `/health` answers: whether the agent does its work, and which instances it sees.
///
/// The words for a status are those of the draft for `application/health+json`: pass, warn (an instance is down or hung), fail (the
/// sampling loop stands still).
struct HealthDocument: Encodable {
    let status: Status
    let version: String
    let uptimeSeconds: Double
    let sampling: Sampling
    let instances: [InstanceHealth]

    enum Status: String, Encodable { case pass, warn, fail }

    struct Sampling: Encodable {
        let intervalSeconds: Double
        let ageSeconds: Double
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
    ///   - interval: of the sampling loop, in seconds; three missed turns are a failure.
    init(views: [InstanceView], work: AgentWork, interval: Double, at now: Moment) {
        let age = work.sampleAge(at: now)
        let isStalled = age > interval * 3
        status = isStalled ? .fail : views.allSatisfy(\.isWell) ? .pass : .warn
        version = productVersion
        uptimeSeconds = now.seconds(since: work.startedAt)
        sampling = Sampling(intervalSeconds: interval, ageSeconds: age)
        instances = views.map { view in
            InstanceHealth(
                service: view.identity.service, instance: view.identity.instance, status: view.isWell ? .pass : .fail,
                pid: view.pid,
                heartbeatAgeSeconds: view.isUp ? view.heartbeatAge : nil,
                hung: view.isHung, hungReason: view.hang?.description)
        }
    }
}

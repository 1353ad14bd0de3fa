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
        /// Of a living process.
        let hung: Bool?
        let hungReason: String?
    }
}

extension HealthDocument {
    /// - Parameters:
    ///   - interval: of the sampling loop, in seconds; three missed turns are a failure.
    init(views: [InstanceView], work: AgentWork, uptime: Double, interval: Double) {
        let age = work.sampleAge
        let isStalled = age > interval * 3
        status = isStalled ? .fail : views.allSatisfy(\.isWell) ? .pass : .warn
        version = agentVersion
        uptimeSeconds = uptime
        sampling = Sampling(intervalSeconds: interval, ageSeconds: age)
        instances = views.map { view in
            InstanceHealth(
                service: view.key.service, instance: view.key.instance, status: view.isWell ? .pass : .fail,
                pid: view.process?.pid,
                heartbeatAgeSeconds: view.isUp ? view.heartbeatAge : nil,
                hung: view.isUp ? view.hang != nil : nil, hungReason: view.hang?.description)
        }
    }
}

import AgentMetrics

/// What `/targets` answers: this agent as a target of Prometheus, by HTTP service discovery
/// (https://prometheus.io/docs/prometheus/2.42/http_sd/).
///
/// It is one target however many instances the agent serves: their series come in one scrape, each with its own labels.
struct TargetsDocument: Encodable {
    struct Group: Encodable {
        let targets: [String]
        let labels: [String: String]
    }

    let groups: [Group]

    /// - Parameters:
    ///   - address: under which whoever asks reaches this agent; `nil` of an agent that Prometheus cannot reach.
    ///   - instances: all that the agent knows or expects, groups of processes among them.
    ///   - companion: the one instance that it stands beside; `nil` for an agent of a whole host.
    ///   - isSecure: whether it speaks TLS there.
    init(address: String?, isSecure: Bool = false, instances: [InstanceIdentity], companion: InstanceIdentity?) {
        let labels = companion.map { Dictionary(uniqueKeysWithValues: $0.labels) } ?? ["service": InstanceIdentity.agentService]
        // Labels of this prefix are there for relabeling and dropped afterwards; lists have their separator at both ends.
        var listed = ["__meta_apus_instances": "," + instances.map { "\($0)," }.joined()]
        if isSecure { listed["__scheme__"] = "https" }
        groups = address.map { [Group(targets: [$0], labels: labels.merging(listed) { own, _ in own })] } ?? []
    }

    func encode(to encoder: any Encoder) throws { try groups.encode(to: encoder) }
}

import ApusFiles
import ApusTopology

/// How the kubelet asks whether a process is well: an API itself, for a worker the agent in its pod.
///
/// A worker whose program has no probe is asked about all the same, by the shell of its image, and not restarted for the answer: its
/// fleet does not say that it reports whenever it is well.
extension KubernetesPods {
    var startup: YAMLValue? {
        service.port == nil
            ? exec(probe(), failures: 30, period: 2) : get(service.service.health.live, port: "http", failures: 30, period: 2)
    }

    /// An agent that does not answer says nothing about the worker: that is no reason to end it.
    var liveness: YAMLValue? {
        service.port == nil
            ? exec(probe(passUnanswered: true), failures: 4) : get(service.service.health.live, port: "http", failures: 4)
    }

    var readiness: YAMLValue? {
        service.port == nil
            ? exec(probe() ?? shellProbe, failures: 2) : get(service.service.health.ready, port: "http", failures: 2, period: 5)
    }

    func get(_ path: String, port: String, failures: Int, period: Int = 10) -> YAMLValue {
        [
            "httpGet": ["path": "\(path)", "port": "\(port)"], "periodSeconds": .integer(period), "timeoutSeconds": 3,
            "failureThreshold": .integer(failures),
        ]
    }

    private func exec(_ script: String?, failures: Int, period: Int = 15) -> YAMLValue? {
        script.map { script in
            [
                "exec": ["command": ["bash", "-c", "\(script)"]], "periodSeconds": .integer(period), "timeoutSeconds": 5,
                "failureThreshold": .integer(failures),
            ]
        }
    }

    /// Nil for a service whose image has no program that asks, or none that can ask so.
    private func probe(passUnanswered: Bool = false) -> String? {
        // Commands of probes do not have $(POD_NAME) replaced; a pod's host name is its name.
        let words = ProcessCommand.probe(
            of: service.service, in: service.fleet, instance: workload.instance ?? "$HOSTNAME",
            agent: "127.0.0.1:\(service.fleet.agents.port)", passUnanswered: passUnanswered)
        return words.map { (["exec"] + $0).joined(separator: " ") }
    }

    /// Nil for a service that does not report to an agent.
    private var shellProbe: String? {
        guard service.fleet.command(of: service.service).names(.agentSocket) else { return nil }
        return ShellCheck.isWell(
            workload.instance, of: service.service.name, agent: "127.0.0.1", port: service.fleet.agents.port)
    }
}

import ApusFiles
import ApusTopology

/// How the kubelet asks whether a process is well: an API itself, for a worker the agent in its pod.
extension KubernetesPods {
    var startup: YAMLValue? {
        service.port == nil
            ? ask(failures: 30, period: 2) : get(service.service.health.live, port: "http", failures: 30, period: 2)
    }

    /// An agent that does not answer says nothing about the worker: that is no reason to end it.
    var liveness: YAMLValue? {
        service.port == nil
            ? ask(["--pass-unanswered"], failures: 4) : get(service.service.health.live, port: "http", failures: 4)
    }

    var readiness: YAMLValue? {
        service.port == nil ? ask(failures: 2) : get(service.service.health.ready, port: "http", failures: 2, period: 5)
    }

    func get(_ path: String, port: String, failures: Int, period: Int = 10) -> YAMLValue {
        [
            "httpGet": ["path": "\(path)", "port": "\(port)"], "periodSeconds": .integer(period), "timeoutSeconds": 3,
            "failureThreshold": .integer(failures),
        ]
    }

    /// Nil for a service whose image has nothing that asks.
    private func ask(_ options: [String] = [], failures: Int, period: Int = 15) -> YAMLValue? {
        guard let probe = service.fleet.command(of: service.service).probe else { return nil }
        // Commands of probes do not have $(POD_NAME) replaced; a pod's host name is its name.
        let name = workload.instance ?? "$HOSTNAME"
        let command =
            (["exec"] + probe + ["http://127.0.0.1:\(service.fleet.agents.port)/health"]
            + ["--instance \(service.service.name)/\(name)"] + options).joined(separator: " ")
        return [
            "exec": ["command": ["bash", "-c", "\(command)"]], "periodSeconds": .integer(period), "timeoutSeconds": 5,
            "failureThreshold": .integer(failures),
        ]
    }
}

extension Fleet {
    /// What no registry and no cluster of containers takes.
    var containerFaults: [FleetFault] {
        var faults: [FleetFault] = []
        if !containers.registry.isEmpty, !LegalText.isRegistry(containers.registry) {
            faults.append(
                .contradiction(
                    "the registry “\(containers.registry)” is illegal: write it as registry.example.org/team, in lower case",
                    place: containers.place))
        }
        if !LegalText.isTag(containers.tag) {
            faults.append(
                .contradiction(
                    "the tag “\(containers.tag)” is no image tag: use 1 to 128 letters, digits and . _ -, no . or - first",
                    place: containers.place))
        }
        if !LegalText.isName(containers.namespace) {
            faults.append(.illegalName(kind: "namespace", name: containers.namespace, place: containers.place))
        }
        return faults
    }

    /// Numbers of replicas that contradict one another, and paths that nobody can ask for.
    var scalingFaults: [FleetFault] {
        services.flatMap { service in
            var faults: [FleetFault] = []
            for path in [service.health.live, service.health.ready] where !LegalText.isURLPath(path) {
                faults.append(
                    .contradiction(
                        "the health path “\(path)” of \(service.name) is illegal: begin it with a slash and use letters, digits "
                            + "and . _ - ~ /", place: service.place))
            }
            if let scaling = service.scaling, !service.instances.isEmpty {
                let count = service.instances.count
                if scaling.minimum < 1 || scaling.minimum > count || scaling.maximum < count {
                    faults.append(
                        .contradiction(
                            "\(service.name) has \(count) instances and is scaled between \(scaling.minimum) and "
                                + "\(scaling.maximum): both bounds must be above 0 and include its number", place: service.place
                        ))
                }
            }
            return faults
        }
    }

    /// Tools that are older than anything that files are written for.
    var consumerFaults: [FleetFault] {
        let oldest = Consumers()
        let tools: [(String, ToolVersion, ToolVersion)] = [
            ("Prometheus", consumers.prometheus, oldest.prometheus),
            ("Alertmanager", consumers.alertmanager, oldest.alertmanager), ("Grafana", consumers.grafana, oldest.grafana),
            ("nginx", consumers.nginx, oldest.nginx), ("pgbouncer", consumers.pgbouncer, oldest.pgbouncer),
            ("Kubernetes", consumers.kubernetes, oldest.kubernetes),
        ]
        return tools.filter { $0.1 < $0.2 }.map {
            .contradiction(
                "\($0.0) \($0.1) is older than \($0.2), the oldest that files are written for: update it",
                place: consumers.place)
        }
    }
}

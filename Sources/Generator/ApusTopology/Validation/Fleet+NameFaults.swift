extension Fleet {
    /// Names that are illegal or taken: within their kind, and among all processes, which are hosts where containers run.
    var nameFaults: [FleetFault] {
        var names = NameRegister()
        names.check("fleet", name, place)
        if !LegalText.isHost(host) { names.faults.append(.illegalHost(host, place: place)) }
        if services.isEmpty { names.faults.append(.noServices(place: place)) }
        for endpoint in [prometheusEndpoint] + [alertmanagerEndpoint, hostExporter].compactMap(\.self) {
            names.reserve(endpoint.process, endpoint.place)
        }
        for agent in agentEndpoints { names.reserve(agent.name, agents.place) }
        for service in services {
            names.check("service", service.name, service.place)
            if service.instances.isEmpty, service.found?.instanceTemplate == nil {
                names.faults.append(.emptyService(name: service.name, place: service.place))
            }
            for instance in service.instances {
                names.checkProcess("instance", instance.name, instance.place)
                if service.role == .api && service.isStarted && instance.port == nil {
                    names.faults.append(.missingPort(instance: instance.name, place: instance.place))
                }
            }
        }
        checkServers(&names)
        return names.faults
    }

    private func checkServers(_ names: inout NameRegister) {
        for database in databases {
            names.checkProcess("database", database.name, database.place)
            names.checkHost(database.host, database.place)
            if let pooler = database.pooler { names.checkProcess("pooler", pooler.name, pooler.place) }
        }
        for broker in brokers {
            names.checkProcess("broker", broker.name, broker.place)
            names.checkHost(broker.host, broker.place)
        }
        for cache in caches {
            names.checkProcess("cache", cache.name, cache.place)
            names.checkHost(cache.host, cache.place)
        }
        for balancer in loadBalancers { names.checkProcess("load balancer", balancer.name, balancer.place) }
        // What serves the metrics of a server is named for it; a repeated server has been told already.
        for endpoint in Set(serverEndpoints.filter { $0.process != $0.owner }.map(\.process)).sorted() {
            names.checkDerived(endpoint, place)
        }
    }
}

/// Who has which name, and what is wrong with names.
private struct NameRegister {
    var faults: [FleetFault] = []
    /// The places of names, by kind and then by name.
    private var owners: [String: [String: SourcePlace]] = [:]
    private var processes: [String: SourcePlace] = [:]

    /// Takes the name of a process that the fleet has anyway.
    mutating func reserve(_ name: String, _ place: SourcePlace) { processes[name] = place }

    /// - Returns: whether the name is the first of its kind.
    @discardableResult
    mutating func check(_ kind: String, _ name: String, _ place: SourcePlace) -> Bool {
        if !LegalText.isName(name) { faults.append(.illegalName(kind: kind, name: name, place: place)) }
        if let first = owners[kind]?[name] {
            faults.append(.repeatedName(kind: kind, name: name, first: first, place: place))
            return false
        }
        owners[kind, default: [:]][name] = place
        return true
    }

    mutating func checkProcess(_ kind: String, _ name: String, _ place: SourcePlace) {
        guard check(kind, name, place) else { return }
        if let first = processes[name] {
            faults.append(.repeatedName(kind: "process", name: name, first: first, place: place))
        } else {
            processes[name] = place
        }
    }

    mutating func checkDerived(_ name: String, _ place: SourcePlace) {
        guard let first = processes[name] else { return }
        faults.append(
            .contradiction("“\(name)” is the name of a server's exporter or prober too: choose another", place: first))
    }

    mutating func checkHost(_ host: String?, _ place: SourcePlace) {
        if let host, !LegalText.isHost(host) { faults.append(.illegalHost(host, place: place)) }
    }
}

extension Fleet {
    /// Ports that are out of range, or taken twice on one host; an instance's metrics port counts when its agent stands beside it.
    var portFaults: [FleetFault] {
        var faults: [FleetFault] = []
        var holders: [String: [Int: String]] = [:]
        for endpoint in endpoints {
            // Two names of one host.
            let host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host
            if !(1...65535).contains(endpoint.port) {
                faults.append(.portOutOfRange(port: endpoint.port, holder: endpoint.holder, place: endpoint.place))
            } else if let first = holders[host]?[endpoint.port] {
                faults.append(
                    .portTaken(port: endpoint.port, first: first, second: endpoint.holder, place: endpoint.place))
            } else {
                holders[host, default: [:]][endpoint.port] = endpoint.holder
            }
        }
        return faults
    }
}

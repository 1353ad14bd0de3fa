extension Fleet {
    /// The number of connections that all instances may open where each service has as many replicas as it may have.
    public var mostConnections: Int {
        services.reduce(0) { sum, service in
            let replicas = max(service.scaling?.maximum ?? 0, service.instances.count)
            let (product, overflow) = replicas.multipliedReportingOverflow(by: connectionShares(of: service).max() ?? 0)
            let (total, tooMany) = sum.addingReportingOverflow(overflow ? .max : product)
            return tooMany ? .max : total
        }
    }

    /// Databases whose clients ask for more than they give.
    var databaseFaults: [FleetFault] {
        databases.flatMap { database in
            var faults = identifierFaults(of: database)
            if !LegalText.isTag(database.version) {
                faults.append(Self.illegalVersion(database.version, of: database.name, database.place))
            }
            faults += Self.limitFaults(database.limits, of: database.name, database.place)
            let room = database.maxConnections - database.reservedConnections - 1
            guard database.maxConnections > 0, database.reservedConnections >= 0, room > 0 else {
                return faults + [
                    .contradiction(
                        "\(database.name) takes \(database.maxConnections) connections and holds \(database.reservedConnections) "
                            + "back, which leaves none: raise maxConnections", place: database.place)
                ]
            }
            if let pooler = database.pooler { return faults + poolerFaults(pooler, room: room, of: database) }
            if mostConnections > room {
                faults.append(
                    .contradiction(
                        "the services may open \(mostConnections) connections to \(database.name), which has \(room) for them "
                            + "(\(database.maxConnections) without \(database.reservedConnections) held back and one of its "
                            + "exporter): raise maxConnections, lower the ConnectionBudget or put a Pooler before it",
                        place: database.place))
            }
            return faults
        }
    }

    private func identifierFaults(of database: Database) -> [FleetFault] {
        [("database", database.database), ("user", database.user)].filter { !LegalText.isIdentifier($0.1) }.map {
            .contradiction(
                "the \($0.0) “\($0.1)” of \(database.name) is illegal: use 1 to 63 of a-z, 0-9 and underscores, no digit first",
                place: database.place)
        }
    }

    private func poolerFaults(_ pooler: Pooler, room: Int, of database: Database) -> [FleetFault] {
        guard pooler.poolSize > 0, pooler.reserve >= 0, pooler.maxClients > 0 else {
            return [
                .contradiction(
                    "\(pooler.name) has a pool of \(pooler.poolSize), a reserve of \(pooler.reserve) and \(pooler.maxClients) "
                        + "clients: the first and the last must be above 0, the reserve not below", place: pooler.place)
            ]
        }
        var faults: [FleetFault] = []
        let (pool, overflow) = pooler.poolSize.addingReportingOverflow(pooler.reserve)
        if overflow || pool > room {
            faults.append(
                .contradiction(
                    "\(pooler.name) may open \(pooler.poolSize) and \(pooler.reserve) connections to \(database.name), which has "
                        + "\(room) for it (\(database.maxConnections) without \(database.reservedConnections) held back and one "
                        + "of its exporter): raise maxConnections or shrink the pool", place: pooler.place))
        }
        if pooler.maxClients < mostConnections {
            faults.append(
                .contradiction(
                    "\(pooler.name) takes \(pooler.maxClients) clients, and the services at their most replicas are "
                        + "\(mostConnections): raise maxClients", place: pooler.place))
        }
        if pooler.mode == .session, !overflow, pool < mostConnections {
            faults.append(
                .contradiction(
                    "\(pooler.name) gives a connection to each session, \(pool) at most, and the services keep "
                        + "\(mostConnections) open: use transaction mode or a larger pool", place: pooler.place))
        }
        return faults
    }

    /// Brokers whose queues nobody can take from as declared.
    var brokerFaults: [FleetFault] {
        let known = Set(services.map(\.name))
        return brokers.flatMap { broker in
            var faults = Self.limitFaults(broker.limits, of: broker.name, broker.place)
            if !LegalText.isTag(broker.version) {
                faults.append(Self.illegalVersion(broker.version, of: broker.name, broker.place))
            }
            if !LegalText.isWords(broker.user) {
                faults.append(
                    .contradiction(
                        "the user “\(broker.user)” of \(broker.name) is illegal: use letters, digits and . _ -",
                        place: broker.place))
            }
            if broker.queues.isEmpty {
                faults.append(
                    .contradiction("\(broker.name) has no queue: declare one, or remove the broker", place: broker.place))
            }
            var names: [String: SourcePlace] = [:]
            for queue in broker.queues {
                if let first = names.updateValue(queue.place, forKey: queue.name) {
                    faults.append(.repeatedName(kind: "queue", name: queue.name, first: first, place: queue.place))
                }
                faults += queueFaults(queue, services: known)
            }
            return faults
        }
    }

    private func queueFaults(_ queue: BrokerQueue, services: Set<String>) -> [FleetFault] {
        var faults: [FleetFault] = []
        func contradiction(_ text: String) { faults.append(.contradiction("queue \(queue.name) \(text)", place: queue.place)) }
        if !LegalText.isWords(queue.name) || queue.name.utf8.count > 255 {
            contradiction("has an illegal name: use 1 to 255 letters, digits and . _ -")
        }
        if !services.contains(queue.consumers) {
            contradiction("is taken from by “\(queue.consumers)”, which is no service: name one of the fleet")
        }
        if !(1...65535).contains(queue.prefetch) {
            contradiction("has a prefetch of \(queue.prefetch): use 1 to 65535")
        }
        if let most = queue.maxLength, most <= thresholds[Threshold.brokerDepth].wholeValue {
            contradiction(
                "holds \(most) messages at most but is alerted on above \(thresholds[Threshold.brokerDepth].text), so that the alert could "
                    + "not fire: raise maxLength or lower Thresholds.brokerDepth")
        }
        return faults
    }

    static func illegalVersion(_ version: String, of server: String, _ place: SourcePlace) -> FleetFault {
        .contradiction("version “\(version)” of \(server) is no image tag: use letters, digits and . _ -", place: place)
    }

    /// - Parameter server: whose container it is.
    static func limitFaults(_ limits: ContainerLimits, of server: String, _ place: SourcePlace) -> [FleetFault] {
        var faults: [FleetFault] = []
        // Docker takes no less.
        if limits.memory < .mebibytes(6) {
            faults.append(
                .numberOutOfRange(
                    name: "the memory limit of \(server)", value: Double(limits.memory.bytes), range: "at least 6291456 bytes",
                    place: place))
        }
        if !limits.cpus.isFinite || limits.cpus <= 0 {
            faults.append(
                .numberOutOfRange(name: "the CPU limit of \(server)", value: limits.cpus, range: "above 0", place: place))
        }
        return faults
    }
}

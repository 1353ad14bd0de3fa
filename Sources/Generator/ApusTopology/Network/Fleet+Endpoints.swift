import AgentMetrics

/// Where the processes of a fleet listen. What serves a server's metrics stands on the server's host.
extension Fleet {
    /// All ports of the fleet where something listens: what every fleet has, which need not be declared, comes first.
    public var endpoints: [FleetEndpoint] {
        [prometheusEndpoint] + agentEndpoints.map(endpoint(of:))
            + services.flatMap(\.instances).compactMap(endpoint(of:)) + pageEndpoints
            + [reportEndpoint, alertmanagerEndpoint, hostExporter].compactMap(\.self) + serverEndpoints
    }

    /// The endpoints of databases, brokers, caches and load balancers.
    var serverEndpoints: [FleetEndpoint] {
        databases.flatMap { database in
            [endpoint(of: database), exporter(of: database), poolerEndpoint(of: database), poolerExporter(of: database)]
                .compactMap(\.self)
        }
            + brokers.flatMap { [endpoint(of: $0), metricsEndpoint(of: $0)] }
            + caches.flatMap { [endpoint(of: $0), exporter(of: $0)] }
            + loadBalancers.flatMap { balancer in
                [
                    endpoint(of: balancer), tlsEndpoint(of: balancer), statusEndpoint(of: balancer), exporter(of: balancer),
                    prober(of: balancer),
                ].compactMap(\.self)
            }
    }

    /// Where Prometheus listens.
    public var prometheusEndpoint: FleetEndpoint {
        FleetEndpoint(.prometheus, of: "prometheus", host: host, port: scraping.prometheusPort, place: scraping.place)
    }

    /// Where Alertmanager listens; nil for a fleet without ``Routing``, which has none.
    public var alertmanagerEndpoint: FleetEndpoint? {
        guard declaresRouting else { return nil }
        return FleetEndpoint(.alertmanager, of: "alertmanager", host: host, port: routing.port, place: routing.place)
    }

    /// Where node_exporter listens; nil when nobody watches the hosts.
    public var hostExporter: FleetEndpoint? {
        hostMonitoring.map {
            FleetEndpoint(
                .hostExporter, of: host, process: "node-exporter", host: host, port: $0.exporterPort, place: $0.place)
        }
    }

    /// Where an instance answers requests; nil when it does not.
    public func endpoint(of instance: Instance) -> FleetEndpoint? {
        instance.port.map { FleetEndpoint(.instance, of: instance.name, host: host, port: $0, place: instance.place) }
    }

    /// Where instances serve their pages of metrics at ports of their own.
    private var pageEndpoints: [FleetEndpoint] {
        services.flatMap { service in
            service.instances.compactMap { instance in
                service.ownMetricsPort(of: instance).map {
                    FleetEndpoint(.page, of: instance.name, host: host, port: $0, place: instance.place)
                }
            }
        }
    }

    /// Where an agent listens; its owner is the instance that it stands beside, or the agent itself when it is one for all.
    public func endpoint(of agent: AgentEndpoint) -> FleetEndpoint {
        let owner = agents.placement == .besideEachInstance ? agent.instances.first?.instance : nil
        return FleetEndpoint(
            .agent, of: owner ?? agent.name, process: agent.name, host: agent.host, port: agent.port, place: agent.place)
    }

    /// Where the agent of the host takes reports over HTTP, on the loopback; nil when no service sends any.
    public var reportEndpoint: FleetEndpoint? {
        guard reportsOverHTTP, agents.placement == .perHost, let agent = agentEndpoints.first else { return nil }
        return FleetEndpoint(
            .agentReports, of: agent.name, host: "127.0.0.1", port: agents.reportPort, place: agents.place)
    }

    // MARK: - Backends

    /// Where a database listens.
    public func endpoint(of database: Database) -> FleetEndpoint {
        FleetEndpoint(
            .database, of: database.name, host: database.host ?? host, port: database.port, place: database.place)
    }

    /// Where postgres_exporter serves the metrics of a database.
    public func exporter(of database: Database) -> FleetEndpoint {
        FleetEndpoint(
            .databaseExporter, of: database.name, process: "\(database.name)-exporter", host: database.host ?? host,
            port: database.exporterPort, place: database.place)
    }

    /// Where the pooler of a database listens; nil when clients connect directly.
    public func poolerEndpoint(of database: Database) -> FleetEndpoint? {
        database.pooler.map {
            FleetEndpoint(.pooler, of: $0.name, host: database.host ?? host, port: $0.port, place: $0.place)
        }
    }

    /// Where pgbouncer_exporter serves the metrics of a database's pooler; nil when clients connect directly.
    public func poolerExporter(of database: Database) -> FleetEndpoint? {
        database.pooler.map {
            FleetEndpoint(
                .poolerExporter, of: $0.name, process: "\($0.name)-exporter", host: database.host ?? host,
                port: $0.exporterPort, place: $0.place)
        }
    }

    /// Where a broker listens.
    public func endpoint(of broker: Broker) -> FleetEndpoint {
        FleetEndpoint(.broker, of: broker.name, host: broker.host ?? host, port: broker.port, place: broker.place)
    }

    /// Where a broker serves its metrics itself.
    public func metricsEndpoint(of broker: Broker) -> FleetEndpoint {
        FleetEndpoint(
            .brokerMetrics, of: broker.name, host: broker.host ?? host, port: broker.metricsPort, place: broker.place)
    }

    /// Where a cache listens.
    public func endpoint(of cache: Cache) -> FleetEndpoint {
        FleetEndpoint(.cache, of: cache.name, host: cache.host ?? host, port: cache.port, place: cache.place)
    }

    /// Where redis_exporter serves the metrics of a cache.
    public func exporter(of cache: Cache) -> FleetEndpoint {
        FleetEndpoint(
            .cacheExporter, of: cache.name, process: "\(cache.name)-exporter", host: cache.host ?? host,
            port: cache.exporterPort, place: cache.place)
    }

    // MARK: - Traffic

    /// Where a load balancer takes plain HTTP.
    public func endpoint(of balancer: LoadBalancer) -> FleetEndpoint {
        FleetEndpoint(.loadBalancer, of: balancer.name, host: host, port: balancer.port, place: balancer.place)
    }

    /// Where a load balancer serves TLS; nil without a certificate.
    public func tlsEndpoint(of balancer: LoadBalancer) -> FleetEndpoint? {
        balancer.certificate.map {
            FleetEndpoint(.loadBalancerTLS, of: balancer.name, host: host, port: $0.port, place: balancer.place)
        }
    }

    /// Where a load balancer serves its status page.
    public func statusEndpoint(of balancer: LoadBalancer) -> FleetEndpoint {
        FleetEndpoint(.loadBalancerStatus, of: balancer.name, host: host, port: balancer.statusPort, place: balancer.place)
    }

    /// Where nginx-prometheus-exporter serves the metrics of a load balancer.
    public func exporter(of balancer: LoadBalancer) -> FleetEndpoint {
        FleetEndpoint(
            .loadBalancerExporter, of: balancer.name, process: "\(balancer.name)-exporter", host: host,
            port: balancer.exporterPort, place: balancer.place)
    }

    /// Where blackbox_exporter looks at a load balancer from; nil when nobody looks at its certificate.
    public func prober(of balancer: LoadBalancer) -> FleetEndpoint? {
        balancer.certificate?.proberPort.map {
            FleetEndpoint(
                .prober, of: balancer.name, process: "\(balancer.name)-prober", host: host, port: $0, place: balancer.place)
        }
    }
}

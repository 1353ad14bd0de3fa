import ApusFiles
import ApusTopology

/// The file of the queries of PostgreSQL's exporter, without which it lacks what some alerts ask.
package let postgresQueriesName = "postgres-queries.yml"

/// Databases, brokers and caches, each with what serves its metrics.
extension ComposeServices {
    var backends: [Container] {
        fleet.databases.flatMap(containers(of:)) + fleet.brokers.map(container(of:)) + fleet.caches.flatMap(containers(of:))
    }

    private func containers(of database: Database) -> [Container] {
        var server = container(
            images.postgres(database), limits: database.limits,
            healthcheck: [
                "CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-p", "\(database.port)", "-U", database.user, "-d",
                database.database,
            ])
        server.command = [
            "postgres", "-c", "port=\(database.port)", "-c", "max_connections=\(database.maxConnections)", "-c",
            "superuser_reserved_connections=\(database.reservedConnections)", "-c", "password_encryption=scram-sha-256",
        ]
        server.user = "postgres"
        server.environment = OrderedMapping([
            ("POSTGRES_DB", database.database), ("POSTGRES_USER", database.user),
            ("POSTGRES_PASSWORD_FILE", "/run/secrets/\(ComposeSecrets.password(of: database))"),
            ("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256"),
        ])
        server.secrets = [ComposeSecrets.mount(ComposeSecrets.password(of: database))]
        server.volumes = ["\(database.name):/var/lib/postgresql/data"]
        server.tmpfs = ["/tmp", "/var/run/postgresql"]
        // PostgreSQL ends open transactions first.
        server.stopGracePeriod = "60s"
        return [(database.name, server), exporter(of: database)] + poolers(of: database)
    }

    private func exporter(of database: Database) -> Container {
        let endpoint = fleet.exporter(of: database)
        var exporter = container(
            ContainerImages.postgresExporter, limits: Self.exporterLimits, healthcheck: Self.wget(endpoint.port, "/metrics"),
            dependsOn: [database.name])
        let queries = "/etc/postgres_exporter/\(postgresQueriesName)"
        exporter.command = ["--web.listen-address=:\(endpoint.port)", "--extend.query-path=\(queries)"]
        exporter.volumes = ["\(ComposeFiles.prometheusMount)/\(postgresQueriesName):\(queries):ro"]
        let server = FleetNetwork.containers.address(of: fleet.endpoint(of: database))
        exporter.environment = OrderedMapping([
            ("DATA_SOURCE_URI", "\(server)/\(database.database)?sslmode=disable"), ("DATA_SOURCE_USER", database.user),
            ("DATA_SOURCE_PASS_FILE", "/run/secrets/\(ComposeSecrets.password(of: database))"),
        ])
        exporter.secrets = [ComposeSecrets.mount(ComposeSecrets.password(of: database))]
        return (endpoint.process, exporter)
    }

    private func poolers(of database: Database) -> [Container] {
        guard let pooler = database.pooler, let endpoint = fleet.poolerExporter(of: database) else { return [] }
        var server = container(
            "\(ComposeVariable.registry.reference)apus-pgbouncer:\(ComposeVariable.tag.reference)",
            limits: Self.exporterLimits,
            // The image does not know its user's name, which would be the default.
            healthcheck: [
                "CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-p", "\(pooler.port)", "-U", database.user, "-d",
                database.database,
            ],
            dependsOn: [database.name])
        server.build = .init(target: "apus-pgbouncer")
        server.user = "\(ContainerImages.user):\(ContainerImages.user)"
        let file = pgbouncerConfigurationName(of: pooler, in: fleet)
        server.volumes = ["./compose/pgbouncer/\(file):/etc/pgbouncer/pgbouncer.ini:ro"]
        server.secrets = [
            .init(source: ComposeSecrets.userList(of: pooler), target: PgbouncerConfiguration.userList)
        ]
        let configuration = PgbouncerConfiguration(fleet: fleet, database: database, pooler: pooler, network: .containers)
        server.ulimits = .init(nofile: configuration.openFiles)
        var exporter = container(
            ContainerImages.pgbouncerExporter, limits: Self.exporterLimits, healthcheck: Self.wget(endpoint.port, "/metrics"),
            dependsOn: [pooler.name])
        exporter.command = ["--web.listen-address=:\(endpoint.port)"]
        exporter.environment = OrderedMapping([
            (
                "PGBOUNCER_EXPORTER_CONNECTION_STRING",
                "postgres://\(Pooler.statsUser)@\(pooler.name):\(pooler.port)/pgbouncer?sslmode=disable"
            ),
            ("PGPASSFILE", "/run/secrets/\(ComposeSecrets.statsPassword(of: pooler))"),
        ])
        exporter.secrets = [ComposeSecrets.mount(ComposeSecrets.statsPassword(of: pooler))]
        return [(pooler.name, server), (endpoint.process, exporter)]
    }

    private func container(of broker: Broker) -> Container {
        var server = container(
            images.rabbitMQ(broker), limits: broker.limits,
            healthcheck: ["CMD", "rabbitmq-diagnostics", "-q", "check_port_connectivity"])
        server.healthcheck?.startPeriod = "60s"
        server.user = "rabbitmq"
        server.environment = OrderedMapping([("RABBITMQ_NODENAME", "rabbit@\(broker.name)")])
        server.secrets = [
            .init(source: ComposeSecrets.login(of: broker), target: "/etc/rabbitmq/conf.d/30-login.conf")
        ]
        server.volumes = [
            "./compose/rabbitmq/\(broker.name).conf:/etc/rabbitmq/conf.d/20-fleet.conf:ro",
            "\(broker.name):/var/lib/rabbitmq",
        ]
        // Its start writes below /etc/rabbitmq and /var/log.
        server.readOnly = false
        server.stopGracePeriod = "60s"
        return (broker.name, server)
    }

    private func containers(of cache: Cache) -> [Container] {
        var server = container(
            images.redis(cache), limits: cache.limits,
            healthcheck: ["CMD-SHELL", "redis-cli -p \(cache.port) ping | grep -q PONG"])
        server.command = [
            "redis-server", "--port", "\(cache.port)", "--maxmemory", "\(cache.maxMemory.bytes)", "--maxmemory-policy",
            cache.evicts ? "allkeys-lru" : "noeviction", "--appendonly", "yes",
        ]
        server.user = "redis"
        server.volumes = ["\(cache.name):/data"]
        server.stopGracePeriod = "30s"
        let endpoint = fleet.exporter(of: cache)
        var exporter = container(
            ContainerImages.redisExporter, limits: Self.exporterLimits, healthcheck: Self.wget(endpoint.port, "/metrics"),
            dependsOn: [cache.name])
        exporter.environment = OrderedMapping([
            ("REDIS_ADDR", "redis://\(FleetNetwork.containers.address(of: fleet.endpoint(of: cache)))"),
            ("REDIS_EXPORTER_WEB_LISTEN_ADDRESS", "0.0.0.0:\(endpoint.port)"),
        ])
        return [(cache.name, server), (endpoint.process, exporter)]
    }
}

import ApusTopology
import Testing

@Suite struct `Validation of servers` {
    static let names: [FaultyFleet] = [
        FaultyFleet(
            "database name “DB” is illegal: use 1 to 63 of a-z, 0-9 and hyphens, with a letter first and no hyphen last",
            line: #line, FaultyFleet.fleet { Database("DB") }),
        FaultyFleet(
            "host “fe80::1” is illegal: use a name or an IPv4 address",
            line: #line, FaultyFleet.fleet { Cache("cache", host: "fe80::1") }),
        FaultyFleet(
            "process name “worker-1” is taken at ApusTopologyTests/FaultyFleet.swift:21: choose another",
            line: #line, FaultyFleet.fleet { Cache("worker-1") }),
        FaultyFleet(
            "process name “agent” is taken at ApusTopologyTests/BackendFaultTests.swift:\(#line + 3): choose another",
            line: #line + 3,
            FaultyFleet.fleet {
                Agents(.perHost)
                Cache("agent")
            }),
        FaultyFleet(
            "cache name “redis” is taken at ApusTopologyTests/BackendFaultTests.swift:\(#line + 3): choose another",
            line: #line + 3,
            FaultyFleet.fleet {
                Cache("redis", port: 1)
                Cache("redis", port: 2, exporterPort: 3)
            }),
        FaultyFleet(
            "“redis-exporter” is the name of a server's exporter or prober too: choose another",
            line: #line + 3,
            FaultyFleet.fleet {
                Cache("redis")
                Database("redis-exporter")
            }),
    ]

    static let ports: [FaultyFleet] = [
        FaultyFleet(
            "port 9187 is used by worker-1 and by the exporter of postgres: give one of them another",
            line: #line + 3,
            Fleet("f") {
                FleetService("worker", role: .worker) { Instance("worker-1", port: 9187, metricsPort: 9091) }
                Database("postgres")
            }),
        FaultyFleet(
            "port 9090 is used by Prometheus and by Alertmanager: give one of them another",
            line: #line, FaultyFleet.fleet { Routing(port: 9090) }),
        FaultyFleet(
            "port 70000 of the metrics of rabbitmq is out of range: use 1 to 65535",
            line: #line + 2,
            FaultyFleet.fleet {
                Broker("rabbitmq", metricsPort: 70_000, queues: [BrokerQueue("mail", consumers: "worker")])
            }),
        FaultyFleet(
            "port 9480 is used by the agent and by the exporter of the host: give one of them another",
            line: #line, FaultyFleet.fleet { HostMonitoring(exporterPort: 9480) }),
    ]

    static let databases: [FaultyFleet] = [
        FaultyFleet(
            "postgres takes 3 connections and holds 3 back, which leaves none: raise maxConnections",
            line: #line, FaultyFleet.fleet { Database("postgres", maxConnections: 3) }),
        FaultyFleet(
            """
            the services may open 10 connections to postgres, which has 9 for them (13 without 3 held back and one of its \
            exporter): raise maxConnections, lower the ConnectionBudget or put a Pooler before it
            """,
            line: #line, FaultyFleet.fleet { Database("postgres", maxConnections: 13) }),
        FaultyFleet(
            """
            the services may open 100 connections to postgres, which has 96 for them (100 without 3 held back and one of its \
            exporter): raise maxConnections, lower the ConnectionBudget or put a Pooler before it
            """,
            line: #line + 5,
            Fleet("f") {
                FleetService("worker", role: .worker, scaling: Scaling(minimum: 1, maximum: 10)) {
                    Instance("worker-1", metricsPort: 9091)
                }
                Database("postgres")
            }),
        FaultyFleet(
            """
            pgbouncer may open 20 and 5 connections to postgres, which has 24 for it (28 without 3 held back and one of its \
            exporter): raise maxConnections or shrink the pool
            """,
            line: #line, FaultyFleet.fleet { Database("postgres", maxConnections: 28, pooler: Pooler()) }),
        FaultyFleet(
            "pgbouncer takes 9 clients, and the services at their most replicas are 10: raise maxClients",
            line: #line, FaultyFleet.fleet { Database("postgres", pooler: Pooler(maxClients: 9)) }),
        FaultyFleet(
            """
            pgbouncer gives a connection to each session, 9 at most, and the services keep 10 open: use transaction mode or a \
            larger pool
            """,
            line: #line + 1,
            FaultyFleet.fleet { Database("postgres", pooler: Pooler(mode: .session, poolSize: 5, reserve: 4)) }),
        FaultyFleet(
            """
            pgbouncer has a pool of 0, a reserve of 5 and 200 clients: the first and the last must be above 0, the reserve not \
            below
            """,
            line: #line, FaultyFleet.fleet { Database("postgres", pooler: Pooler(poolSize: 0)) }),
        FaultyFleet(
            "the user “Robert'); --” of postgres is illegal: use 1 to 63 of a-z, 0-9 and underscores, no digit first",
            line: #line, FaultyFleet.fleet { Database("postgres", user: "Robert'); --") }),
        FaultyFleet(
            "version “15 beta” of postgres is no image tag: use letters, digits and . _ -",
            line: #line, FaultyFleet.fleet { Database("postgres", version: "15 beta") }),
        FaultyFleet(
            "the memory limit of postgres is 1024.0: it must be at least 6291456 bytes",
            line: #line + 1,
            FaultyFleet.fleet { Database("postgres", limits: ContainerLimits(memory: .bytes(1024), cpus: 1)) }),
        FaultyFleet(
            "the CPU limit of postgres is nan: it must be above 0",
            line: #line + 1,
            FaultyFleet.fleet { Database("postgres", limits: ContainerLimits(memory: .mebibytes(64), cpus: .nan)) }),
    ]

    static let brokers: [FaultyFleet] = [
        FaultyFleet(
            "rabbitmq has no queue: declare one, or remove the broker",
            line: #line, FaultyFleet.fleet { Broker("rabbitmq", queues: []) }),
        FaultyFleet(
            "queue mail is taken from by “mailer”, which is no service: name one of the fleet",
            line: #line, FaultyFleet.fleet { Broker("rabbitmq", queues: [BrokerQueue("mail", consumers: "mailer")]) }),
        FaultyFleet(
            "queue mail has a prefetch of 0: use 1 to 65535",
            line: #line + 1,
            FaultyFleet.fleet { Broker("rabbitmq", queues: [BrokerQueue("mail", consumers: "worker", prefetch: 0)]) }),
        FaultyFleet(
            """
            queue mail holds 10000 messages at most but is alerted on above 10000, so that the alert could not fire: raise \
            maxLength or lower Thresholds.brokerDepth
            """,
            line: #line + 1,
            FaultyFleet.fleet { Broker("rabbitmq", queues: [BrokerQueue("mail", consumers: "worker", maxLength: 10_000)]) }),
        FaultyFleet(
            "queue name “mail” is taken at ApusTopologyTests/BackendFaultTests.swift:\(#line + 6): choose another",
            line: #line + 6,
            FaultyFleet.fleet {
                Broker(
                    "rabbitmq",
                    queues: [
                        BrokerQueue("mail", consumers: "worker"),
                        BrokerQueue("mail", consumers: "worker"),
                    ])
            }),
        FaultyFleet(
            "queue a b has an illegal name: use 1 to 255 letters, digits and . _ -",
            line: #line, FaultyFleet.fleet { Broker("rabbitmq", queues: [BrokerQueue("a b", consumers: "worker")]) }),
        FaultyFleet(
            "redis may fill 536870912 bytes but is ended at 536870912: lower maxMemory or raise the limit",
            line: #line, FaultyFleet.fleet { Cache("redis", maxMemory: .mebibytes(512)) }),
        FaultyFleet(
            "redis may use 512 bytes: give it at least .mebibytes(1)",
            line: #line, FaultyFleet.fleet { Cache("redis", maxMemory: .bytes(512)) }),
    ]

    @Test(arguments: names + ports + databases + brokers)
    func `one fault is told with its place in the source and the remedy`(faulty: FaultyFleet) throws {
        try faulty.expectOnlyFault()
    }

    @Test func `a server on a host of its own clashes with none on another`() {
        let fleet = FaultyFleet.fleet {
            Cache("first", host: "10.0.0.1")
            Cache("second", host: "10.0.0.2")
            Database("third", port: 9480, exporterPort: 9090)
        }
        #expect(fleet.faults.map(\.description).filter { $0.contains("redis") || $0.contains("6379") } == [])
        #expect(fleet.faults.count == 2)
    }

    @Test func `two names of this host are one host`() {
        let fleet = FaultyFleet.fleet { Cache("redis", host: "localhost", port: 9480) }
        #expect(fleet.faults.count == 1)
    }
}

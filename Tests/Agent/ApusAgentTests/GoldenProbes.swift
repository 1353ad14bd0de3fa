import AgentMetrics
import ApusAgent
import ApusProbes

/// How probes of every kind stand in the golden exposition: with figures in every field, which differ wherever rows could be swapped.
enum GoldenProbes {
    /// A probe whose attempts have ended.
    private struct Asked {
        let identity: InstanceIdentity
        let target: ProbeTarget
        let figures: ProbeFigures?
        let isUp: Bool

        init(_ service: String, _ instance: String, _ target: ProbeTarget, _ figures: ProbeFigures?, isUp: Bool = true) {
            identity = InstanceIdentity(service: service, instance: instance)
            self.target = target
            self.figures = figures
            self.isUp = isUp
        }
    }

    /// The standings in order of their identities.
    ///
    /// - Parameter start: when the last answers came, which is some seconds before the exposition.
    static func standings(since start: Moment) throws -> [ProbeStanding] {
        try probes().sorted { $0.identity < $1.identity }.enumerated().map { place, probe in
            var standing = ProbeStanding(
                ProbeDeclaration(probe.identity, probe.target, interval: .seconds(15), timeout: .seconds(5)),
                at: start.monotonic, began: start.realtime - 3600)
            standing.isUp = probe.isUp
            standing.figures = probe.figures
            standing.duration = 0.015625 * Double(place + 3)
            // Every one is older than the one before; one that never answered has no age.
            if probe.figures != nil { standing.answeredAt = start.monotonic - 125_000_000 * UInt64(place) }
            for (count, reason) in zip(UInt64(30_100 + 100 * place)..., ProbeFailureReason.allCases) {
                standing.failures[reason] = count
            }
            return standing
        }
    }

    private static func probes() throws -> [Asked] {
        try [
            Asked("port", "port-1", .tcp(TCPTarget(host: "127.0.0.1", port: 25)), .connected),
            Asked(
                "port", "port-2", .tcp(TCPTarget(host: "127.0.0.1", port: 465, tls: ProbeTLS())),
                .secured(CertificateEnds(leaf: 1_770_000_004, chain: 1_769_000_004))),
            Asked("socket", "socket-1", .unix(UnixTarget(path: "/run/apus/socket")), nil, isUp: false),
            file(), gauges(), pools(), queues(),
        ] + caches() + sites() + databases()
    }

    // MARK: - Redis

    /// One that others follow, one that follows it, and one that reads its data and has lost the one that it follows.
    private static func caches() -> [Asked] {
        let roles: [RedisRole] = [.master, .replica, .replica]
        return roles.enumerated().map { number, role in
            var figures = RedisFigures()
            let count = UInt64(number)
            figures.memoryUsed = 31_000_001 + count
            figures.memoryLimit = 32_000_001 + count
            figures.memoryResident = 33_000_001 + count
            figures.clientsConnected = 34_001 + count
            figures.clientsBlocked = 34_101 + count
            figures.clientsLimit = 35_001 + count
            figures.connections = 36_001 + count
            figures.rejectedConnections = 37_001 + count
            figures.commands = 38_001 + count
            figures.evictedKeys = 39_001 + count
            figures.expiredKeys = 40_001 + count
            figures.keyspaceHits = 41_001 + count
            figures.keyspaceMisses = 41_101 + count
            figures.role = role
            figures.replicas = 42_001 + count
            figures.replicasLag = 43_001 + count
            if role == .replica {
                figures.isLinked = number == 1
                figures.linkSilence = 44_001 + count
                figures.replicaLag = 45_001 + count
            }
            figures.isLoading = number == 2
            figures.savedAt = 1_764_001_001 + count
            figures.isSaved = number != 1
            figures.uptime = 46_001 + count
            figures.runID = "run-\(number)"
            figures.version = "7.0.15"
            figures.began = 1_764_000_000 - Double(number)
            return Asked(
                "cache", "cache-\(number)", .redis(RedisTarget(.internet(host: "127.0.0.1", port: 6379 + number))),
                .redis(figures))
        }
    }

    // MARK: - HTTP

    /// A service in each state; one that is not well is down, and is served all the same.
    private static func sites() throws -> [Asked] {
        try ServiceHealth.allCases.enumerated().map { number, health in
            var figures = HTTPHealthFigures(
                status: [200, 207, 503][number], certificateEnd: 1_770_000_001 + Double(number))
            figures.health = health
            figures.chainEnd = 1_769_000_001 + Double(number)
            for (place, phase) in HTTPHealthPhase.allCases.enumerated() {
                figures.phases[phase] = 0.0078125 * Double(1 + place + 10 * number)
            }
            let target = HTTPTarget(url: try ProbeURL("https://site-\(number).example/health"))
            return Asked("site", "site-\(number)", .http(target), .http(figures), isUp: health != .fail)
        }
    }

    // MARK: - RabbitMQ

    /// A cluster of a node that lacks memory, one that has ended, and one whose disk is full.
    private static func queues() throws -> Asked {
        var figures = RabbitMQFigures()
        figures.take([
            RabbitMQFigures.QueueName(virtualHost: "/", queue: "jobs"):
                RabbitMQFigures.Queue(ready: 51_001, unacknowledged: 51_002, consumers: 52_001),
            RabbitMQFigures.QueueName(virtualHost: "shop", queue: "mails"):
                RabbitMQFigures.Queue(ready: 51_003, unacknowledged: 51_004, consumers: 52_002),
        ])
        figures.ready = 53_001
        figures.unacknowledged = 53_002
        figures.queueCount = 54_001
        figures.listedQueues = 55_001
        figures.connections = 56_001
        figures.channels = 57_001
        figures.consumers = 58_001
        figures.nodes = [
            RabbitMQFigures.Node(name: "rabbit@a", isRunning: true, hasMemoryAlarm: true, hasDiskAlarm: false),
            RabbitMQFigures.Node(name: "rabbit@b", isRunning: false),
            RabbitMQFigures.Node(name: "rabbit@c", isRunning: true, hasMemoryAlarm: false, hasDiskAlarm: true),
        ]
        let target = RabbitMQTarget(.management, try ProbeURL("http://127.0.0.1:15672"))
        return Asked("broker", "broker-1", .rabbitmq(target), .rabbitmq(figures))
    }

    // MARK: - PostgreSQL and PgBouncer

    /// One that two programs follow, one that follows it, and one that does so too and shows the probe's user little.
    private static func databases() throws -> [Asked] {
        let facts: [[String?]] = [
            ["61001", "62001", "t", "f", "63001.5", "64001.5", "65001.5", nil, nil],
            ["61002", "62002", "t", "t", "63002.5", "64002.5", "65002.5", "66002.5", "t"],
            ["61003", "62003", "f", "t", nil, nil, "65003.5", "66003.5", nil],
        ]
        // The connections that are alike in all but their lag are counted together.
        let replicas: [[String?]] = [
            ["standby", "192.0.2.7", "catchup", "67001", "68001.5"],
            ["standby", "192.0.2.7", "catchup", "67002", "68002.5"],
            ["standby", "192.0.2.7", "streaming", "67003", "68003.5"],
            ["warehouse", "192.0.2.8", "streaming", "67004", "68004.5"],
            ["warehouse", "192.0.2.8", "streaming", "67005", "68005.5"],
            ["warehouse", "192.0.2.8", "streaming", "67006", "68006.5"],
        ]
        return try facts.enumerated().map { number, facts in
            let isHidden = facts[2] == "f"
            let connections: [[String?]] = [
                ["api", isHidden ? "hidden" : "active", "\(69_001 + number)"],
                ["mailer", isHidden ? "hidden" : "idle", "\(69_101 + number)"],
                [nil, isHidden ? "hidden" : "starting", "\(69_201 + number)"],
            ]
            let figures = try PostgreSQLFigures(
                [
                    ChildTable(
                        columns: [
                            "max_connections", "reserved", "visible", "recovery", "oldest", "oldest_idle", "oldest_prepared",
                            "replay_delay", "receiving",
                        ], rows: [facts]),
                    ChildTable(columns: ["application", "state", "count"], rows: connections),
                    ChildTable(
                        columns: ["application", "client", "state", "lag", "delay"], rows: number == 0 ? replicas : []),
                    ChildTable(
                        columns: ["slot_name", "slot_type", "active", "retained", "wal_status"],
                        rows: number == 0
                            ? [
                                ["audit", "logical", "t", "80001", "reserved"], ["copy", "physical", "f", "80002", "extended"],
                                ["old", "physical", "f", nil, "lost"],
                            ] : []),
                    ChildTable(
                        columns: [
                            "datname", "commits", "rollbacks", "deadlocks", "conflicts", "temporary", "hit", "read", "age",
                            "multixacts", "reset",
                        ],
                        rows: [
                            ["shop"] + (0..<9).map { "\(81_001 + number + 100 * $0)" } + ["1763900000.5"]
                        ]),
                    ChildTable(
                        columns: ["datname", "size"],
                        rows: [["postgres", "\(70_001 + number)"], ["shop", "\(70_101 + number)"]]),
                ].map(ChildOutcome.success))
            return Asked(
                "database", "database-\(number)", .postgresql(PostgreSQLTarget(port: 5432 + number, user: "apus")),
                .postgresql(figures))
        }
    }

    private static func pools() throws -> Asked {
        let figures = try PgBouncerFigures(
            [
                ChildTable(
                    columns: [
                        "database", "user", "cl_active", "cl_waiting", "cl_cancel_req", "sv_active", "sv_idle", "sv_used",
                        "maxwait", "maxwait_us",
                    ],
                    rows: [
                        ["shop", "api", "71001", "71002", "71003", "72001", "72002", "72003", "73001", "250000"],
                        ["shop", "worker", "71004", "71005", "71006", "72004", "72005", "72006", "73002", "500000"],
                    ]),
                ChildTable(
                    columns: ["list", "items"], rows: [["databases", "74001"], ["users", "74002"], ["pools", "74003"]]),
                ChildTable(columns: ["key", "value"], rows: [["listen_port", "6432"], ["max_client_conn", "75001"]]),
            ].map(ChildOutcome.success))
        return Asked("bouncer", "bouncer-1", .pgbouncer(PgBouncerTarget(user: "apus")), .pgbouncer(figures))
    }

    // MARK: - Gauges and files

    private static func gauges() throws -> Asked {
        let target = SQLTarget(
            .sqlite("/srv/shop/orders.db"),
            gauges: [
                SQLTarget.Gauge(
                    name: "orders_open", help: "Orders that are open.",
                    query: "SELECT region, count(*) AS value FROM orders GROUP BY region", value: "value"),
                SQLTarget.Gauge(
                    name: "orders_oldest_seconds", help: "Age of the oldest order.", query: "SELECT age AS value FROM oldest",
                    value: "value"),
            ])
        let figures = try SQLFigures(
            [
                ChildTable(columns: ["region", "value"], rows: [["north", "76001"], ["south", "76002"]]),
                ChildTable(columns: ["value"], rows: [["77001.5"]]),
            ].map(ChildOutcome.success), of: target)
        return Asked("orders", "orders-1", .sql(target), .gauges(figures))
    }

    private static func file() throws -> Asked {
        let target = FileTarget(path: "/srv/backup/*.dump")
        let figures = try FileFigures(
            [
                .success(
                    ChildTable(
                        columns: ["count", "modified", "size", "oldest"],
                        rows: [["78001", "1763900042.5", "79001", "1763900021.5"]]))
            ],
            of: target)
        return Asked("backup", "backup-1", .file(target), .file(figures))
    }
}

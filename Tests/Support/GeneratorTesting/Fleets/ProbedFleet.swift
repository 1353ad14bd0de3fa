package import ApusMetrics
package import ApusTopology

/// What queries of stores say.
package enum ProbedStores {
    package static let jobs = Gauge<StateLabels>("printer_jobs", "Jobs of the printer by state.")
    package static let invoices = Gauge<NoLabels>("unpaid_invoices", "Invoices that nobody has paid.")

    package struct StateLabels: LabelSet {
        package enum Key: String, LabelKey { case state }
        package let state: String
        package subscript(key: Key) -> String { state }
    }
}

/// A fleet whose agent asks something of each kind.
package let probedFleet = Fleet("probed") {
    FleetService("shop", role: .api) {
        for number in 1...2 { Instance("shop-\(number)", port: 3000 + number, metricsPort: 9100 + number) }
    }
    FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
    // Started by others, and asked on hosts alone.
    FleetService("search", runtime: .java, found: [.unit("search.service")]) {
        Instance("search-1", port: 9201, metricsPort: 9131)
    }
    Database("orders", database: "orders_main", user: "clerk", pooler: Pooler("orders-pool"))
    Database("archive", host: "192.0.2.7", port: 5433, maxConnections: 60, exporterPort: 9188)
    Broker("rabbit", queues: [BrokerQueue("orders-new", consumers: "worker")])
    Cache("sessions")
    FleetProbe(.postgreSQL("orders"))
    FleetProbe(
        .postgreSQL(
            "archive", user: "monitor", password: .file("/etc/apus-secrets/archive"),
            tls: .verified(by: .file("/etc/apus-secrets/archive-ca"))), every: .seconds(60))
    FleetProbe(.pgBouncer("orders-pool"))
    FleetProbe(.rabbitMQ("rabbit"), every: .seconds(30))
    FleetProbe(.redis("sessions", password: .credential("sessions-password")))
    FleetProbe(.health(of: "shop"), every: .seconds(5), timeout: .milliseconds(1500))
    FleetProbe(.health(of: "search"))
    FleetProbe(.http("front", url: "https://shop.example/health?full=1"))
    FleetProbe(.http("front", url: "https://shop.example/search?q=tea"), name: "search", every: .seconds(60))
    FleetProbe(.tcp("mail", host: "mail.example", port: 25))
    FleetProbe(.unix("printer", path: "/run/cups/cups.sock"))
    FleetProbe(.file("backups", at: "/var/backups/orders-*.dump", olderThan: .seconds(90_000)), every: .seconds(60))
    FleetProbe(.file("report", at: "/srv/reports/daily.pdf", olderThan: .seconds(3600)), every: .seconds(60))
    FleetProbe(
        .file("report", at: "/srv/reports/weekly.pdf", olderThan: .seconds(700_000)), name: "weekly", every: .seconds(60))
    FleetProbe(
        .sql(
            "printing", in: .sqlite("/srv/printer/jobs.sqlite"),
            gauges: [
                SQLGauge(
                    ProbedStores.jobs, query: "SELECT state, count(*) AS jobs FROM job GROUP BY state", value: "jobs")
            ]))
    FleetProbe(
        .sql(
            "invoices", in: .postgreSQL("orders"),
            gauges: [SQLGauge(ProbedStores.invoices, query: "SELECT count(*) AS value FROM invoice WHERE paid IS NULL")]),
        every: .seconds(120), timeout: .seconds(10))
}

/// A fleet whose agent asks other hosts, with each way to log in and to be protected.
package let guardedFleet = Fleet("guarded") {
    FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
    Database("orders", host: "192.0.2.7", pooler: Pooler("orders-pool"))
    Database("archive", host: "192.0.2.8", exporterPort: 9188)
    Broker("rabbit", host: "192.0.2.9", queues: [BrokerQueue("orders-new", consumers: "worker")])
    Broker("hare", host: "192.0.2.9", port: 5673, metricsPort: 15693, queues: [BrokerQueue("mails", consumers: "worker")])
    Cache("sessions", host: "192.0.2.10")
    FleetProbe(.postgreSQL("orders", tls: .required))
    FleetProbe(
        .postgreSQL(
            "archive", user: "monitor",
            tls: .verified(
                by: .file("/etc/ssl/ours.pem"),
                identity: ProbeIdentity(certificate: .file("/etc/ssl/agent.pem"), key: .credential("agent-key")))))
    FleetProbe(.pgBouncer("orders-pool", tls: .preferred))
    FleetProbe(.rabbitMQ("rabbit", management: BrokerManagement(user: "monitor"), tls: .verified()))
    FleetProbe(.rabbitMQ("hare", tls: .verified(by: .credential("hare-ca"))))
    FleetProbe(
        .redis(
            "sessions", user: "probe",
            tls: .verified(
                by: .credential("sessions-ca"),
                identity: ProbeIdentity(certificate: .file("/etc/ssl/agent.pem"), key: .credential("agent-key")),
                serverName: "sessions.internal")))
    FleetProbe(
        .http(
            "desk", url: "https://192.0.2.11:8443/health", status: [200, .all(of: 3)],
            login: .user("probe", password: .credential("desk-password"))))
    FleetProbe(
        .tcp(
            "directory", host: "192.0.2.13", port: 636,
            tls: .verified(
                by: .file("/etc/ssl/ours.pem"),
                identity: ProbeIdentity(certificate: .file("/etc/ssl/agent.pem"), key: .credential("agent-key")),
                serverName: "directory.internal")))
    FleetProbe(.tcp("relay", host: "192.0.2.13", port: 465, tls: .verified()))
    FleetProbe(.tcp("tunnel", host: "127.0.0.1", port: 1465, tls: .off), name: "far-end")
    FleetProbe(.http("gate", url: "http://192.0.2.12/health", login: .token(.file("/etc/apus-secrets/gate")), tls: .off))
    FleetProbe(
        .sql(
            "invoices", in: .postgreSQL("orders", tls: .off),
            gauges: [SQLGauge(ProbedStores.invoices, query: "SELECT count(*) AS value FROM invoice WHERE paid IS NULL")]))
}

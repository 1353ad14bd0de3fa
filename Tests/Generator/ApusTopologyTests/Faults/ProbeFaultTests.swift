import AgentMetrics
import ApusMetrics
import ApusTopology
import Testing

/// What is refused of probes.
@Suite struct `A probe of a fleet` {
    private enum Store {
        static let jobs = Gauge<StateLabels>("printer_jobs", "Jobs of the printer by state.")
        static let labelled = Gauge<ServiceLabels>("printers", "Printers by service.")

        static let called = Gauge<NameLabels>("printers", "Printers by name.")

        struct NameLabels: LabelSet {
            enum Key: String, LabelKey { case name }
            let name: String
            subscript(key: Key) -> String { name }
        }

        static let reserved = Gauge<ReservedLabels>("printers", "Printers by name.")

        struct ReservedLabels: LabelSet {
            enum Key: String, LabelKey { case name = "__name" }
            let name: String
            subscript(key: Key) -> String { name }
        }

        struct StateLabels: LabelSet {
            enum Key: String, LabelKey { case state }
            let state: String
            subscript(key: Key) -> String { state }
        }

        struct ServiceLabels: LabelSet {
            enum Key: String, LabelKey { case service }
            let service: String
            subscript(key: Key) -> String { service }
        }
    }

    /// A fleet of which everything can be probed.
    private func fleet(_ probes: [FleetProbe], _ parts: [any FleetPart] = []) -> Fleet {
        Fleet("f") {
            FleetService("shop", role: .api) { Instance("shop-1", port: 3001, metricsPort: 9101) }
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            Database("orders", pooler: Pooler("orders-pool"))
            Broker("rabbit", queues: [BrokerQueue("orders-new", consumers: "worker")])
            Cache("sessions")
            for part in parts { part }
            for probe in probes { probe }
        }
    }

    private func faults(_ probes: FleetProbe..., parts: [any FleetPart] = []) -> [String] {
        fleet(probes, parts).faults.map { String($0.description.split(separator: ": ", maxSplits: 1).last ?? "") }
    }

    private func query(_ text: String, value: String = "value") -> ProbedTarget {
        .sql("printing", in: .sqlite("/srv/jobs.sqlite"), gauges: [SQLGauge(Store.jobs, query: text, value: value)])
    }

    @Test func `asks parts of the fleet, and what is not of it`() {
        #expect(
            faults(
                FleetProbe(.postgreSQL("orders")), FleetProbe(.pgBouncer("orders-pool")), FleetProbe(.rabbitMQ("rabbit")),
                FleetProbe(.redis("sessions")), FleetProbe(.health(of: "shop")),
                FleetProbe(.http("front", url: "https://shop.example:8443/health")),
                FleetProbe(.tcp("mail", host: "192.0.2.25", port: 25)), FleetProbe(.unix("cups", path: "/run/cups.sock")),
                FleetProbe(.file("backups", at: "/var/backups/*.dump", olderThan: .seconds(90_000))),
                FleetProbe(query("SELECT state, count(*) AS value FROM job GROUP BY state")),
                // Of another kind.
                FleetProbe(.tcp("orders", host: "127.0.0.1", port: 5432))) == [])
    }

    @Test func `names its line`() throws {
        let probe = FleetProbe(.redis("session"))
        let fault = try #require(fleet([probe]).faults.first)
        #expect(
            "\(fault)"
                == "\(#fileID):\(#line - 2): the probe of session asks a cache that the fleet does not have: name one of sessions"
        )
        #expect(fault.place == probe.place)
    }

    @Test(
        arguments: [
            (.postgreSQL("order"), "the probe of order asks a database that the fleet does not have: name one of orders"),
            (.pgBouncer("orders"), "the probe of orders asks a pooler that the fleet does not have: name one of orders-pool"),
            (.rabbitMQ("hare"), "the probe of hare asks a broker that the fleet does not have: name one of rabbit"),
            (.health(of: "shops"), "the probe of shops asks a service that the fleet does not have: name one of shop, worker"),
            (
                .health(of: "worker"),
                "the probe of worker asks for its health, and no instance has a port: give one to an Instance, or leave the probe"
                    + " out"
            ),
            (
                .sql("a", in: .postgreSQL("order"), gauges: [SQLGauge(Store.jobs, query: "SELECT state, value")]),
                "the probe of a asks a database that the fleet does not have: name one of orders"
            ),
            (
                .tcp("mail", host: "a b", port: 25),
                "the host “a b” of the probe of mail is illegal: use a name or an IPv4 address"
            ),
            (.tcp("mail", host: "a", port: 0), "the port 0 of the probe of mail is out of range: use 1 to 65535"),
            (
                .tcp("Mail", host: "a", port: 1),
                "probe name “Mail” is illegal: use 1 to 63 of a-z, 0-9 and hyphens, with a letter first and no hyphen last"
            ),
        ] as [(ProbedTarget, String)]) func `asks what there is`(target: ProbedTarget, fault: String)
    {
        #expect(faults(FleetProbe(target)) == [fault])
    }

    @Test(
        arguments: [
            ("https://me:marked@shop.example/", "has a user or a password: leave it out"),
            ("https://me@shop.example", "has a user or a password: leave it out"),
            (
                "ftp://shop.example/marked",
                "is illegal: write http:// or https://, a host's name or IPv4 address, and a path"
            ),
            ("https://shop.example/a b", "is illegal: write http:// or https://, a host's name or IPv4 address, and a path"),
            ("https:///marked", "is illegal: write http:// or https://, a host's name or IPv4 address, and a path"),
        ]) func `has a URL without a secret, and none is said again`(url: String, fault: String)
    {
        let all = faults(FleetProbe(.http("front", url: url)))
        #expect(all == ["the URL of the probe of front \(fault)"])
        #expect(all.allSatisfy { !$0.contains("marked") })
    }

    @Test(
        arguments: [
            ("run/cups.sock", "the path “run/cups.sock” of the probe of a is illegal: write an absolute one"),
            ("/run/../cups", "the path “/run/../cups” of the probe of a is illegal: write an absolute one"),
            (
                "/home/me/cups",
                "the probe of a looks below /home, which the agent's unit does not see: keep it in another folder"
            ),
            ("/tmp/cups", "the probe of a looks below /tmp, which the agent's unit does not see: keep it in another folder"),
            (
                "/var/lib/apus/cups",
                "the probe of a looks below /var/lib/apus, which is for the user apus alone: keep it in a folder that apus-agent"
                    + " may read"
            ),
        ]) func `looks where the agent sees what the host has`(path: String, fault: String)
    {
        for target in [.unix("a", path: path), .file("a", at: path, olderThan: .seconds(90))] as [ProbedTarget] {
            let all = faults(FleetProbe(target))
            #expect(all.count == 1 && all.first?.hasPrefix(fault) == true, "\(all)")
        }
    }

    @Test func `looks at a socket whose path is not too long, and at files of one folder`() {
        let path = "/run/" + String(repeating: "a", count: 200)
        #expect(
            faults(FleetProbe(.unix("a", path: path))) == [
                "the socket of the probe of a has a path of 205 bytes, and the kernel takes 107: shorten it"
            ])
        let all = faults(FleetProbe(.file("a", at: "/var/*/a.dump", olderThan: .seconds(90))))
        #expect(all.count == 1 && all.first?.hasPrefix("the path “/var/*/a.dump” of the probe of a is illegal") == true)
        #expect(faults(FleetProbe(.file("a", at: "/var/backups/a-?.*", olderThan: .seconds(90)))) == [])
    }

    @Test(
        arguments: [
            (
                .seconds(0), nil,
                "the interval of the probe of mail is 0.0 seconds: it must be from 1s to 1h, in whole milliseconds"
            ),
            (
                .seconds(7200), nil,
                "the interval of the probe of mail is 7200.0 seconds: it must be from 1s to 1h, in whole milliseconds"
            ),
            (
                .seconds(15), .milliseconds(99),
                "the timeout of the probe of mail is 0.099 seconds: it must be from 100ms to 1m, in whole milliseconds"
            ),
            (
                .seconds(15), .seconds(16),
                "the probe of mail may take 16s but comes every 15s: shorten the timeout, or ask less often"
            ),
            (.seconds(2), nil, ""),
        ] as [(Duration, Duration?, String)]) func `has times that an agent takes`(
            interval: Duration, timeout: Duration?, fault: String
        )
    {
        let all = faults(FleetProbe(.tcp("mail", host: "a", port: 25), every: interval, timeout: timeout))
        if interval == .zero {
            #expect(all.contains(fault), "\(all)")
        } else {
            #expect(all == (fault.isEmpty ? [] : [fault]))
        }
    }

    @Test func `allows files an age above its interval`() {
        #expect(
            faults(FleetProbe(.file("a", at: "/srv/a", olderThan: .seconds(15)))) == [
                "the probe of a finds a file of 15.0 seconds too old and looks every 15.0 seconds: allow an age, in whole"
                    + " milliseconds, that is longer than its interval"
            ])
    }

    @Test func `has passwords in files of which each has a name of its own`() {
        for (password, fault) in [
            (
                ProbeFile.credential("a/b"),
                "the credential “a/b” of the probe of sessions is illegal: use 1 to 255 letters, digits and . _ -, no . first"
            ),
            (
                .file("secret"),
                "the file “secret” of the password of the probe of sessions is illegal: write an absolute path of letters, digits"
                    + " and . _ - +"
            ),
        ] {
            #expect(faults(FleetProbe(.redis("sessions", password: password))) == [fault])
        }
        #expect(
            faults(FleetProbe(.postgreSQL("orders", user: "a b", password: .credential("c")))) == [
                "the user “a b” of the probe of orders is illegal: use letters, digits and . _ -"
            ])
        #expect(
            faults(
                FleetProbe(.postgreSQL("orders")), FleetProbe(.redis("sessions", password: .file("/srv/orders-password")))) == [
                    "the password of the probe of sessions is a secret orders-password of Docker Compose, as that of orders is,"
                        + " and another one: name its file or credential otherwise"
                ])
    }

    @Test(
        arguments: [
            ("  ", "value", "the query of printer_jobs of the probe of printing is empty: write a SELECT"),
            (
                "DELETE FROM job", "value",
                "the query of printer_jobs of the probe of printing does not begin with SELECT or WITH: write a statement that reads"
            ),
            (
                "SELECT state, value FROM job; DELETE FROM job", "value",
                "the query of printer_jobs of the probe of printing has a semicolon: write one statement, without one at its end"
            ),
            (
                "SELECT state, count(*) FROM job", "jobs",
                "the query of printer_jobs of the probe of printing has no column “jobs”: name the column of its value and one for"
                    + " each of its labels by AS"
            ),
            (
                "SELECT count(*) AS jobs FROM job", "jobs",
                "the query of printer_jobs of the probe of printing has no column “state”: name the column of its value and one"
                    + " for each of its labels by AS"
            ),
        ]) func `has queries of what its gauges are declared as`(text: String, value: String, fault: String)
    {
        #expect(faults(FleetProbe(query(text, value: value))) == [fault])
    }

    @Test func `has gauges that are not the agent's own, each once`() {
        func gauges(_ gauges: SQLGauge...) -> FleetProbe {
            FleetProbe(.sql("a", in: .sqlite("/srv/a.sqlite"), gauges: gauges))
        }
        let jobs = SQLGauge(Store.jobs, query: "SELECT state, value FROM job")
        #expect(faults(gauges()) == ["the probe of a has no gauge: give it a SQLGauge"])
        #expect(faults(gauges(jobs, jobs)) == ["the probe of a has two gauges printer_jobs: leave one out"])
        #expect(
            faults(gauges(SQLGauge(ServiceProcess.threads, query: "SELECT 1 AS value"))) == [
                "the gauge service_process_threads of the probe of a is one of the agent's own: declare another"
            ])
        #expect(
            faults(gauges(SQLGauge(Store.labelled, query: "SELECT service, value FROM printer"))) == [
                "the gauge printers of the probe of a has a label service, which the agent or Prometheus gives it: name it otherwise"
            ])
        #expect(
            faults(gauges(SQLGauge(Store.reserved, query: "SELECT __name, value FROM printer"))) == [
                "the gauge printers of the probe of a has a label __name, which the agent or Prometheus gives it: name it otherwise"
            ])
        let long = SQLGauge(
            Store.jobs, query: "SELECT state, value FROM job WHERE \(String(repeating: "a", count: ProbeBounds.queryBytes))")
        #expect(
            faults(gauges(long)) == [
                "the query of printer_jobs of the probe of a has more than 4096 bytes: make it a view, and select from that"
            ])
        // What a service says itself, the store may say better.
        #expect(faults(gauges(SQLGauge(Contract.databaseConnections, query: "SELECT 1 AS value"))) == [])
    }

    @Test func `is asked once, by the one agent of a host`() {
        let probe = FleetProbe(.redis("sessions"))
        #expect(
            faults(probe, parts: [Agents(.besideEachInstance)]) == [
                "the probe of sessions would be asked by each agent beside an instance: declare Agents(.perHost), or leave the"
                    + " probe out"
            ])
        let twice = faults(probe, FleetProbe(.redis("sessions"), every: .seconds(30)))
        #expect(
            twice == [
                "there is another redis probe of sessions: merge the two, or give one of them a name (name:)"
            ])
        let service = FleetService("a", role: .api) { Instance("a", port: 3009, metricsPort: 9109) }
        let same = faults(
            FleetProbe(.health(of: "a")), FleetProbe(.http("a", url: "http://a.example/")), parts: [service])
        #expect(same == ["there is another http probe of a: merge the two, or give one of them a name (name:)"])
        let many = (0...ProbeBounds.probes).map { FleetProbe(.tcp("t\($0)", host: "a", port: 1)) }
        #expect(
            fleet(many).faults.map(\.explanation) == [
                "the agent of a host asks 256 probes, and the fleet has 257: describe a fleet for each host"
            ])
        #expect(fleet(many.dropLast()).faults == [])
        let files = (0...ProbeBounds.processes).map {
            FleetProbe(.file("t\($0)", at: "/srv/a", olderThan: .seconds(90)))
        }
        #expect(
            fleet(files).faults.map(\.explanation) == [
                "the agent of a host asks 64 databases, poolers and files, and the fleet has 65: describe a fleet for each host"
            ])
    }

    @Test(
        arguments: [
            (
                .redis("far", password: .credential("c")),
                "the probe of far logs in at another host, 192.0.2.9, without TLS: give it tls:, which can be .off where a tunnel"
                    + " leads there"
            ),
            (.redis("far", password: .credential("c"), tls: .off), ""), (.redis("far"), ""),
            (.redis("far", user: "probe", tls: .verified()), ""),
            (
                .postgreSQL("away"),
                "the probe of away logs in at another host, db.example, without TLS: give it tls:, which can be .off where a"
                    + " tunnel leads there"
            ),
            (.postgreSQL("away", tls: .required), ""),
            (
                .http("a", url: "http://a.example/", login: .token(.credential("t"))),
                "the probe of a logs in at another host, a.example, without TLS: give it tls:, which can be .off where a tunnel"
                    + " leads there"
            ),
            (.http("a", url: "https://a.example/", login: .token(.credential("t"))), ""),
            (.http("a", url: "http://127.0.0.1/", login: .token(.credential("t"))), ""),
            (
                .http("a", url: "http://127.0.0.1/", tls: .verified()),
                "the probe of a has tls:, and its URL is of http: write https://, or leave tls: out"
            ),
            (
                .http("a", url: "https://127.0.0.1/", tls: .off),
                "the probe of a has tls: .off, and its URL is of https: write http://, or leave tls: out"
            ),
            (
                .http("a", url: "https://127.0.0.1/", status: [99]),
                "the status 99 of the probe of a is no code of HTTP: use 100 to 599, or .all(of: 1) to 5"
            ),
            (
                .http("a", url: "https://127.0.0.1/", tls: .verified(serverName: "a b")),
                "the server's name “a b” of the probe of a is illegal: use a name or an IPv4 address"
            ),
            (
                .redis("sessions", tls: .verified(by: .file("ca.pem"))),
                "the file “ca.pem” of the TLS of the probe of sessions is illegal: write an absolute path of letters, digits and"
                    + " . _ - +"
            ),
            (
                .redis(
                    "sessions",
                    tls: .verified(
                        identity: ProbeIdentity(certificate: .file("/srv/c/tls.pem"), key: .file("/srv/k/tls.pem")))),
                "the TLS of the probe of sessions is a secret tls.pem of Docker Compose, as that of sessions is, and another one:"
                    + " name its file or credential otherwise"
            ),
            (
                .tcp("directory", host: "192.0.2.9", port: 636, tls: .verified(serverName: "a b")),
                "the server's name “a b” of the probe of directory is illegal: use a name or an IPv4 address"
            ),
            (
                .tcp("directory", host: "192.0.2.9", port: 636, tls: .verified(by: .file("ca.pem"))),
                "the file “ca.pem” of the TLS of the probe of directory is illegal: write an absolute path of letters, digits and"
                    + " . _ - +"
            ),
            (.tcp("directory", host: "192.0.2.9", port: 636, tls: .verified()), ""),
            (.tcp("directory", host: "192.0.2.9", port: 636, tls: .off), ""),
            (
                .rabbitMQ("rabbit", management: BrokerManagement(port: 0, user: "apus")),
                "the port 0 of the probe of rabbit is out of range: use 1 to 65535"
            ),
        ] as [(ProbedTarget, String)]) func `logs in elsewhere under TLS alone`(target: ProbedTarget, fault: String)
    {
        let parts: [any FleetPart] = [
            Cache("far", host: "192.0.2.9", exporterPort: 9122), Database("away", host: "db.example", exporterPort: 9188),
        ]
        #expect(faults(FleetProbe(target), parts: parts) == (fault.isEmpty ? [] : [fault]))
    }

    private func page(_ name: String?, every interval: Duration = .seconds(15)) -> FleetProbe {
        FleetProbe(.http("front", url: "https://shop.example/"), name: name, every: interval)
    }

    @Test func `has a name that no other of its kind and target has`() {
        #expect(faults(page(nil), page("search"), page("basket"), FleetProbe(.tcp("front", host: "a", port: 1))) == [])
        #expect(
            faults(page("search"), page(nil), page("search", every: .seconds(60))) == [
                "there is another http probe of front with the name “search”: merge the two, or give one of them another name"
                    + " (name:)"
            ])
        #expect(
            faults(page("Search 1")) == [
                "probe name “Search 1” is illegal: use 1 to 63 of a-z, 0-9 and hyphens, with a letter first and no hyphen last"
            ])
        #expect(
            faults(FleetProbe(.tcp("mail", host: "a", port: 0), name: "inner")) == [
                "the port 0 of the probe “inner” of mail is out of range: use 1 to 65535"
            ])
    }

    @Test func `counts the connections of a database once, whatever its name`() {
        #expect(faults(FleetProbe(.postgreSQL("orders"), name: "main")) == [])
        #expect(
            faults(FleetProbe(.postgreSQL("orders")), FleetProbe(.postgreSQL("orders", user: "monitor"), name: "again")) == [
                "the probe “again” of orders counts the connections that the probe of orders counts: merge the two"
            ])
        #expect(
            faults(FleetProbe(.postgreSQL("orders")), FleetProbe(.postgreSQL("orders"), every: .seconds(60))) == [
                "there is another postgresql probe of orders: merge the two"
            ])
    }

    @Test func `has no gauge with its label name`() {
        let gauge = SQLGauge(Store.called, query: "SELECT name, count(*) AS value FROM printer GROUP BY name")
        let target = ProbedTarget.sql("printing", in: .sqlite("/srv/jobs.sqlite"), gauges: [gauge])
        #expect(faults(FleetProbe(target)) == [])
        #expect(
            faults(FleetProbe(target, name: "hourly")) == [
                "the gauge printers of the probe “hourly” of printing has a label name, which is the probe's own name: name it"
                    + " otherwise"
            ])
    }

    @Test func `takes the place of that of its own name in an environment`() {
        let fleet = fleet([page(nil), page("search")], [Variation(.staging) { page("search", every: .seconds(60)) }])
            .varied(for: .staging)
        #expect(fleet.probes.map(\.name) == [nil, "search"])
        #expect(fleet.probes.map(\.interval) == [.seconds(15), .seconds(60)])
    }

    @Test func `takes the place of that of its kind and name in an environment`() {
        let fleet = fleet(
            [
                FleetProbe(.redis("sessions")), FleetProbe(.tcp("sessions", host: "a", port: 1)),
            ], [Variation(.staging) { FleetProbe(.redis("sessions"), every: .seconds(60)) }]
        ).varied(for: .staging)
        #expect(fleet.probes.map(\.interval) == [.seconds(60), .seconds(15)])
        #expect(fleet.inCluster.probes == [])
    }
}

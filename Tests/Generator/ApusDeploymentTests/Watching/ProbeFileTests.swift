import AgentMetrics
import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusTopology
import GeneratorTesting
import Testing
import Yams

/// What an agent asks from outside, in the files of a fleet.
@Suite struct `The probes of a fleet` {
    private func text(_ path: String, _ kind: FileKind, of fleet: Fleet = probedFleet) throws -> String {
        try #require(try kind.files(for: fleet).first { $0.path == path }, "\(path)").contents
    }

    /// The probes of a file, by identity, kind and name.
    private func probes(_ text: String) throws -> [String: Node] {
        let list = try #require(try Yams.compose(yaml: text)?["probes"]?.sequence)
        let kinds = ProbeKind.allCases.map(\.rawValue)
        return Dictionary(
            uniqueKeysWithValues: try list.map { node in
                let kind = try #require(kinds.first { node[$0] != nil })
                let (service, instance) = (node["service"]?.string ?? "", node["instance"]?.string ?? "")
                let name = node["name"]?.string.map { " \($0)" } ?? ""
                return ("\(service)/\(instance) \(kind)\(name)", node)
            })
    }

    private func onHost() throws -> [String: Node] { try probes(text("deploy/systemd/apus/agent.yaml", .systemd)) }

    private func inContainers() throws -> [String: Node] { try probes(text("deploy/compose/agent/agent.yaml", .compose)) }

    private func strings(_ node: Node?) -> [String: String] {
        Dictionary(
            (node?.mapping ?? [:]).compactMap { key, value in key.string.flatMap { key in value.string.map { (key, $0) } } }
        ) { first, _ in first }
    }

    @Test func `are without fault, and in its files`() throws {
        #expect(probedFleet.faults == [])
        let all = try onHost()
        #expect(
            Set(all.keys) == [
                "orders/orders postgresql", "archive/archive postgresql", "orders-pool/orders-pool pgbouncer",
                "rabbit/rabbit rabbitmq", "sessions/sessions redis", "shop/shop-1 http", "shop/shop-2 http",
                "search/search-1 http", "front/front http", "front/front http search", "mail/mail tcp", "printer/printer unix",
                "backups/backups file", "report/report file", "report/report file weekly", "printing/printing sql",
                "invoices/invoices sql",
            ])
        #expect(all["shop/shop-1 http"]?["every"]?.string == "5s" && all["shop/shop-1 http"]?["timeout"]?.string == "1500ms")
        #expect(all["mail/mail tcp"]?["every"]?.string == "15s" && all["mail/mail tcp"]?["timeout"]?.string == "5s")
        // What others start is on the host, where no container reaches it.
        #expect(Set(try inContainers().keys) == Set(all.keys).subtracting(["search/search-1 http"]))
        let local = try AgentWatchFile.children(of: probedFleet, folder: "data").contents
        #expect(Set(try probes(local).keys) == Set(all.keys))
    }

    @Test func `ask what is declared at its host, its port, with its user and database`() throws {
        let (host, containers) = (try onHost(), try inContainers())
        #expect(
            strings(host["orders/orders postgresql"]?["postgresql"]) == [
                "host": "127.0.0.1", "port": "5432", "database": "orders_main", "user": "clerk",
                "password_credential": "orders-password",
            ])
        #expect(
            strings(containers["orders/orders postgresql"]?["postgresql"]) == [
                "host": "orders", "port": "5432", "database": "orders_main", "user": "clerk",
                "password_file": "/run/secrets/orders-password",
            ])
        #expect(
            strings(host["archive/archive postgresql"]?["postgresql"]) == [
                "host": "192.0.2.7", "port": "5433", "database": "apus", "user": "monitor",
                "password_file": "/etc/apus-secrets/archive", "sslmode": "verify-full",
                "sslrootcert": "/etc/apus-secrets/archive-ca",
            ])
        #expect(
            strings(host["orders-pool/orders-pool pgbouncer"]?["pgbouncer"]) == [
                "host": "127.0.0.1", "port": "6432", "user": "apus-stats", "password_credential": "orders-pool-stats-password",
            ])
        #expect(strings(host["rabbit/rabbit rabbitmq"]?["rabbitmq"]) == ["prometheus": "http://127.0.0.1:15692"])
        #expect(strings(containers["rabbit/rabbit rabbitmq"]?["rabbitmq"]) == ["prometheus": "http://rabbit:15692"])
        #expect(
            strings(host["sessions/sessions redis"]?["redis"]) == [
                "host": "127.0.0.1", "port": "6379", "password_credential": "sessions-password",
            ])
        #expect(host["shop/shop-2 http"]?["http"]?.string == "http://127.0.0.1:3002/health/ready")
        #expect(containers["shop/shop-2 http"]?["http"]?.string == "http://shop-2:3002/health/ready")
        #expect(host["front/front http"]?["http"]?.string == "https://shop.example/health?full=1")
        #expect(host["front/front http search"]?["http"]?.string == "https://shop.example/search?q=tea")
        #expect(host["front/front http search"]?["name"]?.string == "search" && host["front/front http"]?["name"] == nil)
        #expect(host["backups/backups file"]?["file"]?.string == "/var/backups/orders-*.dump")
        #expect(host["printer/printer unix"]?["unix"]?.string == "/run/cups/cups.sock")
        #expect(strings(host["mail/mail tcp"]?["tcp"]) == ["host": "mail.example", "port": "25"])
    }

    @Test func `have gauges of queries as they are declared`() throws {
        let all = try onHost()
        let sqlite = all["printing/printing sql"]?["sql"]
        #expect(sqlite?["sqlite"]?.string == "/srv/printer/jobs.sqlite")
        #expect(
            strings(sqlite?["gauges"]?.sequence?.first) == [
                "name": "printer_jobs", "help": "Jobs of the printer by state.",
                "query": "SELECT state, count(*) AS jobs FROM job GROUP BY state", "value": "jobs",
            ])
        let postgreSQL = all["invoices/invoices sql"]?["sql"]
        #expect(postgreSQL?["postgresql"]?["database"]?.string == "orders_main")
        #expect(postgreSQL?["gauges"]?.sequence?.count == 1)
    }

    @Test func `have their passwords in credentials of the agent's unit, and in secrets of its container`() throws {
        let unit = try text("deploy/systemd/apus-agent.service", .systemd)
        let credentials = unit.split(separator: "\n").filter { $0.hasPrefix("LoadCredential=") }
        #expect(
            credentials == [
                "LoadCredential=orders-password:orders-password",
                "LoadCredential=orders-pool-stats-password:orders-pool-stats-password",
                "LoadCredential=sessions-password:sessions-password",
            ])
        #expect(unit.contains("--config /etc/apus/agent.yaml"))
        let compose = try #require(try Yams.compose(yaml: text("deploy/docker-compose.yml", .compose)))
        let agent = try #require(compose["services"]?["agent"])
        let secrets = agent["secrets"]?.sequence?.compactMap { $0["source"]?.string } ?? []
        #expect(secrets == ["orders-password", "archive", "archive-ca", "orders-pool-stats-password", "sessions-password"])
        let declared = compose["secrets"]?.mapping?.keys.compactMap(\.string) ?? []
        #expect(Set(secrets).isSubset(of: declared) && Set(declared).count == declared.count)
        // No unit of a fleet without probes has any.
        for fleet in [pagedFleet, shopFleet()] {
            #expect(!(try text("deploy/systemd/apus-agent.service", .systemd, of: fleet).contains("LoadCredential")))
        }
    }

    @Test func `see in a container what the host has in their folders`() throws {
        let compose = try #require(try Yams.compose(yaml: text("deploy/docker-compose.yml", .compose)))
        let volumes = compose["services"]?["agent"]?["volumes"]?.sequence?.compactMap(\.string) ?? []
        #expect(
            volumes.suffix(5) == [
                "./compose/agent:/etc/apus:ro", "/run/cups:/run/cups:ro", "/var/backups:/var/backups:ro",
                "/srv/reports:/srv/reports:ro", "/srv/printer:/srv/printer:ro",
            ])
    }

    @Test func `let the agent's unit leave its host where they do`() throws {
        func traffic(_ probes: FleetProbe...) throws -> [String] {
            let fleet = Fleet("f") {
                FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
                Cache("far", host: "192.0.2.9")
                Cache("near", port: 6380, exporterPort: 9122)
                for probe in probes { probe }
            }
            return try text("deploy/systemd/apus-agent.service", .systemd, of: fleet).split(separator: "\n")
                .filter { $0.hasPrefix("IPAddress") }.map(String.init)
        }
        let local = ["IPAddressDeny=any", "IPAddressAllow=localhost"]
        #expect(try traffic() == local)
        #expect(try traffic(FleetProbe(.redis("near"))) == local)
        #expect(try traffic(FleetProbe(.http("a", url: "http://127.0.0.1:8080/"))) == local)
        // Addresses are let through, each once; what a name leads to, nobody knows.
        #expect(try traffic(FleetProbe(.redis("far"))) == local + ["IPAddressAllow=192.0.2.9"])
        let several = try traffic(
            FleetProbe(.redis("far")), FleetProbe(.tcp("a", host: "192.0.2.1", port: 1)),
            FleetProbe(.http("b", url: "http://192.0.2.9:8080/")))
        #expect(several == local + ["IPAddressAllow=192.0.2.9 192.0.2.1"])
        #expect(try traffic(FleetProbe(.http("a", url: "http://a.example:8080/"))) == [])
        // No address, whatever it begins with.
        #expect(try traffic(FleetProbe(.http("a", url: "http://127.example/"))) == [])
    }

    @Test func `are asked by a host's agent that watches no group`() throws {
        let fleet = Fleet("f") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            FleetProbe(.tcp("mail", host: "127.0.0.1", port: 25))
        }
        for (path, kind) in [
            ("deploy/systemd/apus/agent.yaml", FileKind.systemd), ("deploy/compose/agent/agent.yaml", .compose),
        ] {
            let document = try #require(try Yams.compose(yaml: text(path, kind, of: fleet)))
            #expect(document["groups"] == nil && document["probes"]?.sequence?.count == 1)
        }
        let unit = try text("deploy/systemd/apus-agent.service", .systemd, of: fleet)
        #expect(unit.contains("--config /etc/apus/agent.yaml"))
        let compose = try text("deploy/docker-compose.yml", .compose, of: fleet)
        #expect(compose.contains("./compose/agent:/etc/apus:ro"))
    }

    @Test func `are left out of clusters, where each pod has an agent`() throws {
        for file in try FileKind.kubernetes.files(for: probedFleet) {
            #expect(!file.contents.contains("probes:"), "\(file.path)")
        }
        let rules = try FileKind.kubernetes.files(for: probedFleet).filter { $0.contents.contains("ProbeDown") }
        #expect(rules.map(\.path) == [])
        #expect(try FileKind.rules.files(for: probedFleet).contains { $0.contents.contains("ProbeDown") })
    }

    @Test func `follow from where they are declared`() throws {
        let file = try #require(
            try FileKind.systemd.files(for: probedFleet).first { $0.path == "deploy/systemd/apus/agent.yaml" })
        let lines = file.contents.split(separator: "\n", omittingEmptySubsequences: false)
        for (fragment, name) in [("host: mail.example", "mail"), ("http://127.0.0.1:3002", "shop")] {
            let line = try #require(lines.firstIndex { $0.contains(fragment) })
            let probe = try #require(probedFleet.probes.first { $0.target.name == name })
            #expect(file.origin(ofLine: line + 1)?.place == probe.place)
        }
    }
}

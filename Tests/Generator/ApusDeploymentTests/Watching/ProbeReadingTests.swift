import AgentMetrics
import ApusAgent
import ApusDeployment
import ApusFiles
import ApusGenerator
import ApusProbes
import ApusTopology
import GeneratorTesting
import Testing

/// What the generator writes of probes, as the agent itself reads it.
@Suite struct `The agent's own reader` {
    private static func read(_ contents: String) throws -> [ProbeID: ProbeDeclaration] {
        do throws(WatchFileError) {
            let probes = try WatchFile.parse(Array(contents.utf8), path: "agent.yaml").probes
            return Dictionary(uniqueKeysWithValues: probes.map { ($0.id, $0) })
        } catch {
            Issue.record("\(error.lines.joined(separator: "\n"))")
            return [:]
        }
    }

    private static func onHost(_ fleet: Fleet) throws -> [ProbeID: ProbeDeclaration] {
        let files = try FileKind.systemd.files(for: fleet)
        return try read(try #require(files.first { $0.path == "deploy/systemd/apus/agent.yaml" }).contents)
    }

    private static func inContainers(_ fleet: Fleet) throws -> [ProbeID: ProbeDeclaration] {
        let files = try FileKind.compose.files(for: fleet)
        return try read(try #require(files.first { $0.path == "deploy/compose/agent/agent.yaml" }).contents)
    }

    @Test(arguments: [probedFleet, guardedFleet])
    func `takes each probe of a fleet without a fault`(fleet: Fleet) throws {
        #expect(fleet.faults == [])
        let onHost = try Self.onHost(fleet)
        let (inContainers, local) = (
            try Self.inContainers(fleet), try Self.read(AgentWatchFile.children(of: fleet, folder: "data").contents)
        )
        var expected: Set<ProbeID> = []
        for probe in fleet.probes {
            for identity in probe.identities(in: fleet) {
                let id = ProbeID(identity: identity, kind: probe.target.kind, name: probe.name)
                expected.insert(id)
                for read in [onHost, local] {
                    #expect(read[id]?.interval == probe.interval && read[id]?.timeout == probe.timeout, "\(id)")
                }
            }
        }
        #expect(Set(onHost.keys) == expected && Set(local.keys) == expected)
        #expect(Set(inContainers.keys).isSubset(of: expected) && inContainers.count >= expected.count - 1)
    }

    @Test func `has read each kind`() throws {
        #expect(Set(try Self.onHost(probedFleet).keys.map(\.kind)) == Set(ProbeKind.allCases))
    }

    private static func target(
        _ name: String, _ kind: ProbeKind, named own: String? = nil, _ probes: [ProbeID: ProbeDeclaration]
    ) throws -> ProbeTarget {
        try #require(probes[ProbeID(identity: InstanceIdentity(service: name, instance: name), kind: kind, name: own)]).target
    }

    private static let credentials = "/run/credentials/apus-agent.service"

    @Test func `asks databases as the fleet says`() throws {
        let host = try Self.onHost(guardedFleet)
        var orders = PostgreSQLTarget(host: "192.0.2.7", port: 5432, database: "apus", user: "apus")
        orders.password = .credential("orders-password")
        orders.tls.mode = "require"
        #expect(try Self.target("orders", .postgresql, host) == .postgresql(orders))
        var archive = PostgreSQLTarget(host: "192.0.2.8", port: 5432, database: "apus", user: "monitor")
        archive.password = .credential("archive-monitor-password")
        archive.tls.mode = "verify-full"
        archive.tls.authorityFile = "/etc/ssl/ours.pem"
        archive.tls.certificateFile = "/etc/ssl/agent.pem"
        archive.tls.keyFile = "\(Self.credentials)/agent-key"
        #expect(try Self.target("archive", .postgresql, host) == .postgresql(archive))
        var pool = PgBouncerTarget(host: "192.0.2.7", port: 6432, user: "apus-stats")
        pool.server.password = .credential("orders-pool-stats-password")
        #expect(try Self.target("orders-pool", .pgbouncer, host) == .pgbouncer(pool))
        orders.tls.mode = "disable"
        guard case .sql(let invoices) = try Self.target("invoices", .sql, host) else {
            return #expect(Bool(false), "it is no probe of sql")
        }
        #expect(invoices.store == .postgresql(orders) && invoices.gauges.map(\.name) == ["unpaid_invoices"])
    }

    @Test func `asks brokers, caches and pages as the fleet says`() throws {
        let host = try Self.onHost(guardedFleet)
        var rabbit = RabbitMQTarget(.management, try ProbeURL("https://192.0.2.9:15672"))
        rabbit.login = .basic(user: "monitor", password: .credential("rabbit-monitor-password"))
        #expect(try Self.target("rabbit", .rabbitmq, host) == .rabbitmq(rabbit))
        var hare = RabbitMQTarget(.prometheus, try ProbeURL("https://192.0.2.9:15693"))
        hare.tls.authorityFile = "\(Self.credentials)/hare-ca"
        #expect(try Self.target("hare", .rabbitmq, host) == .rabbitmq(hare))
        var sessions = RedisTarget(.internet(host: "192.0.2.10", port: 6379))
        sessions.user = "probe"
        sessions.password = .credential("sessions-probe-password")
        sessions.tls = .init()
        sessions.tls?.authorityFile = "\(Self.credentials)/sessions-ca"
        sessions.tls?.certificateFile = "/etc/ssl/agent.pem"
        sessions.tls?.keyFile = "\(Self.credentials)/agent-key"
        sessions.tls?.serverName = "sessions.internal"
        #expect(try Self.target("sessions", .redis, host) == .redis(sessions))
        var desk = HTTPTarget(url: try ProbeURL("https://192.0.2.11:8443/health"))
        desk.status = [200...200, 300...399]
        desk.login = .basic(user: "probe", password: .credential("desk-password"))
        #expect(try Self.target("desk", .http, host) == .http(desk))
        var gate = HTTPTarget(url: try ProbeURL("http://192.0.2.12/health"))
        gate.login = .bearer(.file("/etc/apus-secrets/gate"))
        #expect(try Self.target("gate", .http, host) == .http(gate))
    }

    @Test func `agrees on TLS with ports as the fleet says`() throws {
        let host = try Self.onHost(guardedFleet)
        var directory = TCPTarget(host: "192.0.2.13", port: 636)
        directory.tls = .init()
        directory.tls?.authorityFile = "/etc/ssl/ours.pem"
        directory.tls?.certificateFile = "/etc/ssl/agent.pem"
        directory.tls?.keyFile = "\(Self.credentials)/agent-key"
        directory.tls?.serverName = "directory.internal"
        #expect(try Self.target("directory", .tcp, host) == .tcp(directory))
        var relay = TCPTarget(host: "192.0.2.13", port: 465)
        relay.tls = .init()
        #expect(try Self.target("relay", .tcp, host) == .tcp(relay))
        #expect(
            try Self.target("tunnel", .tcp, named: "far-end", host) == .tcp(TCPTarget(host: "127.0.0.1", port: 1465)))
    }

    @Test func `finds in a container the secrets that Compose mounts`() throws {
        guard case .redis(let sessions) = try Self.target("sessions", .redis, Self.inContainers(guardedFleet)) else {
            return #expect(Bool(false), "it is no probe of redis")
        }
        #expect(sessions.password == .file("/run/secrets/sessions-probe-password"))
        #expect(sessions.tls?.authorityFile == "/run/secrets/sessions-ca")
        #expect(sessions.tls?.certificateFile == "/run/secrets/agent.pem")
        let compose = try FileKind.compose.files(for: guardedFleet).first { $0.path == "deploy/docker-compose.yml" }
        for name in ["sessions-ca", "agent.pem", "agent-key", "gate", "hare-ca"] {
            #expect(compose?.contents.contains("source: \(name)\n") == true, "\(name)")
        }
        let unit = try FileKind.systemd.files(for: guardedFleet).first { $0.path == "deploy/systemd/apus-agent.service" }
        for name in ["sessions-ca", "agent-key", "hare-ca", "desk-password"] {
            #expect(unit?.contents.contains("LoadCredential=\(name):\(name)\n") == true, "\(name)")
        }
    }
}

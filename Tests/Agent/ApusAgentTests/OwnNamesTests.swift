import ApusAgent
import Testing

@Suite struct OwnNamesTests {
    private static func names(_ configured: [String] = [], listening: String = "127.0.0.1") throws -> OwnNames {
        OwnNames(
            configured: try configured.map { try #require(AllowedHost($0)) }, listening: [listening], hostname: "Web1",
            hosts: "127.0.0.1 localhost\n10.0.0.7 web1.prod.example.com web1 # this one\n10.0.0.8 db1.prod.example.com db1\n",
            resolver: "nameserver 10.0.0.2\nsearch corp.example.net com\n")
    }

    @Test(arguments: [
        // Addresses, as a pod or a static target has them.
        "127.0.0.1:9480", "10.1.2.3", "[::1]:9480", "[fd00::7]", "[::ffff:10.0.0.1]:80",
        // Names that nobody can register: Compose's services, Kubernetes' pods and services, hosts by their short name.
        "localhost:9480", "agent:9480", "worker-1", "agent.localhost", "10-1-2-3.apus.pod.cluster.local:9480",
        "prometheus.monitoring.svc:9480", "ip-10-0-0-1.us-east-2.compute.internal", "node.dc1.consul",
        // The host's own, and those of its organization.
        "WEB1", "web1.prod.example.com:9480", "web1.prod.example.com.", "db1.corp.example.net",
    ])
    func `a scrape by address, private name or the host's own name is answered`(host: String) throws {
        #expect(try Self.names().include(host: host))
    }

    @Test(arguments: [
        "attacker.example", "attacker.example:9480", "127.0.0.1.attacker.example", "localhost.attacker.example:9480",
        "db1.prod.example.com", "web1.com", "corp.example.net.attacker.example", "attacker.example.", "evilcorp.example.net",
    ])
    func `a name that anybody could make to lead here is refused`(host: String) throws {
        #expect(try !Self.names().include(host: host))
    }

    @Test func `names that are configured are answered, one, those below a domain, or any`() throws {
        let names = try Self.names(["Metrics.example.org", "*.nodes.example.org"], listening: "bind.example.org")
        for host in ["metrics.example.org:9480", "a.b.nodes.example.org", "bind.example.org"] {
            #expect(names.include(host: host))
        }
        for host in ["x.metrics.example.org", "nodes.example.org", "xnodes.example.org"] { #expect(!names.include(host: host)) }
        #expect(try Self.names(["*"]).include(host: "attacker.example"))
    }

    @Test(arguments: ["", "127.0.0.1", "web1"]) func `text that is no name is refused in no time`(beginning: String) throws {
        let names = try Self.names()
        let start = ContinuousClock.now
        for _ in 0..<20 {
            #expect(!names.include(host: beginning + "a" + String(repeating: "\u{0315}\u{0300}", count: 2000)))
        }
        #expect(!names.include(host: String(repeating: "a", count: 300)))
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test func `a request without a name comes from no browser`() throws { #expect(try Self.names().include(host: nil)) }

    @Test(arguments: ["", "a b", "http://a", "a:9480", "*.", ".a", "a..b", "*.*"])
    func `what is no name cannot be allowed`(text: String) { #expect(AllowedHost(text) == nil) }
}

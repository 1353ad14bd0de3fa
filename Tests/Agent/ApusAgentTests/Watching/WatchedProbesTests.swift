import AgentMetrics
import ApusAgent
import ApusProbes
import Testing

/// What the file says of probes.
@Suite struct WatchedProbesTests {
    private func parse(_ text: String) throws -> WatchFile {
        try WatchFile.parse(Array(text.utf8), path: "w.yaml", host: "alpha")
    }

    private func errors(_ text: String) -> [String] {
        do throws(WatchFileError) { _ = try WatchFile.parse(Array(text.utf8), path: "w.yaml", host: "alpha") } catch {
            return error.lines
        }
        return []
    }

    @Test func `a probe has a service, an instance, an interval, a time and a target`() throws {
        let file = try parse(
            """
            probes:
              - service: api
                tcp: 127.0.0.1:8080
              - { service: api, instance: v6, every: 1m, timeout: 500ms, tcp: "[::1]:80" }
              - { service: "db-${host}", every: 2s, tcp: { host: db.example, port: 5432 } }
              - { service: cache, unix: /run/redis.sock }
              - { service: log, unix: { path: "@journal", type: datagram } }
            """)
        func one(_ service: String, _ instance: String, _ target: ProbeTarget, _ interval: Int, _ timeout: Duration)
            -> ProbeDeclaration
        {
            ProbeDeclaration(
                InstanceIdentity(service: service, instance: instance), target, interval: .seconds(interval), timeout: timeout)
        }
        #expect(
            file.probes == [
                one("api", "api", .tcp(TCPTarget(host: "127.0.0.1", port: 8080)), 15, .seconds(5)),
                one("api", "v6", .tcp(TCPTarget(host: "::1", port: 80)), 60, .milliseconds(500)),
                one("db-alpha", "db-alpha", .tcp(TCPTarget(host: "db.example", port: 5432)), 2, .seconds(2)),
                one("cache", "cache", .unix(UnixTarget(path: "/run/redis.sock")), 15, .seconds(5)),
                one("log", "log", .unix(UnixTarget(path: "@journal", form: .datagram)), 15, .seconds(5)),
            ])
        #expect(file.summary == "0 groups, 5 probes" && !file.isEmpty)
    }

    @Test func `an identity may have probes of one kind that have names, and TLS on a port`() throws {
        let file = try parse(
            """
            probes:
              - { service: a, tcp: 'a:80' }
              - { service: a, name: ldaps, tcp: { host: a, port: 636, tls: true } }
              - { service: a, name: smtps, tcp: { host: a, port: 465, tls: { server_name: mail.example } } }
            """)
        #expect(file.probes.map(\.name) == [nil, "ldaps", "smtps"])
        guard case .tcp(let ldaps) = file.probes[1].target, case .tcp(let smtps) = file.probes[2].target else {
            Issue.record("other kinds")
            return
        }
        #expect(ldaps == TCPTarget(host: "a", port: 636, tls: ProbeTLS()) && smtps.tls?.serverName == "mail.example")
        let twice = errors("probes:\n- { service: a, name: x, tcp: 'a:1' }\n- { service: a, name: x, tcp: 'a:2' }\n")
        #expect(twice.count == 1 && twice[0].contains("has a probe of tcp with the name “x” in line 2 already"), "\(twice)")
        let long = errors("probes:\n- { service: a, name: \(String(repeating: "x", count: 129)), tcp: 'a:1' }\n")
        #expect(long.count == 1 && long[0].contains("is no name: write 1 to 128 bytes"), "\(long)")
    }

    @Test func `a name takes that label from what a query selects`() throws {
        for (name, taken) in [("", [] as Set<String>), ("name: x, ", ["name"])] {
            let file = try parse(
                "probes:\n- { service: a, \(name)sql: { sqlite: /x, gauges: [{ name: a_b, query: 'SELECT 1 AS value' }] } }\n")
            guard case .sql(let target) = file.probes[0].target else { throw ProbeFailure(.agent, "another kind") }
            #expect(target.takenLabels == taken)
        }
    }

    @Test func `an identity may have a probe of each kind`() throws {
        #expect(try parse("probes:\n- { service: a, tcp: 'a:1' }\n- { service: a, unix: /x }\n").probes.count == 2)
    }

    @Test(arguments: [
        ("{ tcp: 'a:1' }", "service is missing"), ("{ service: a }", "nothing says what is asked: write one of postgresql,"),
        ("{ service: a, tcp: 'a:1', unix: /x }", "tcp and unix are two kinds"),
        ("{ service: a/b, tcp: 'a:1' }", "service “a/b” is no name"),
        ("{ service: '${n}', tcp: 'a:1' }", "service has ${…}, and a probe has no command"),
        ("{ service: a, tpc: 'a:1' }", "“tpc” is no key of a probe: write tcp"),
        ("{ service: a, every: 999ms, tcp: 'a:1' }", "every “999ms” is no duration from 1s to 1h"),
        ("{ service: a, every: 61m, tcp: 'a:1' }", "every “61m” is no duration"),
        ("{ service: a, timeout: 99ms, tcp: 'a:1' }", "timeout “99ms” is no duration from 100ms to 1m"),
        ("{ service: a, timeout: 61s, every: 5m, tcp: 'a:1' }", "timeout “61s” is no duration"),
        ("{ service: a, timeout: 16s, tcp: 'a:1' }", "timeout is longer than every, 15s"),
        ("{ service: a, tcp: 8080 }", "tcp “8080” has no port"), ("{ service: a, tcp: ':8080' }", "tcp “:8080” names no host"),
        ("{ service: a, tcp: '*:8080' }", "names no host"), ("{ service: a, tcp: 'a..:80' }", "names no host"),
        ("{ service: a, tcp: 'a:0' }", "has no port from 1 to 65535"),
        ("{ service: a, tcp: 'a:65536' }", "has no port from 1 to 65535"),
        ("{ service: a, tcp: '::1:80' }", "has an IPv6 address without brackets: write [ADDRESS]:PORT"),
        ("{ service: a, tcp: '::1' }", "has an IPv6 address without brackets"),
        ("{ service: a, tcp: '[::1]' }", "has no port"), ("{ service: a, tcp: 'http://a:80' }", "is no host with its port"),
        ("{ service: a, tcp: 'a b:80' }", "names no host"), ("{ service: a, tcp: '127.1:80' }", "names no host"),
        ("{ service: a, tcp: [a] }", "tcp is a list: write a map with the keys host, port"),
        ("{ service: a, tcp: { host: a } }", "port is missing"), ("{ service: a, tcp: { port: 1 } }", "host is missing"),
        ("{ service: a, tcp: { host: '*', port: 1 } }", "host “*” is neither"),
        ("{ service: a, tcp: { host: a, port: -1 } }", "port “-1” is no port"),
        ("{ service: a, tcp: { host: a, port: 1, path: x } }", "“path” is no key of tcp"),
        ("{ service: a, unix: run/x }", "unix “run/x” is no socket: write its absolute path"),
        ("{ service: a, unix: '@' }", "is no socket"), ("{ service: a, unix: /run/ }", "is no socket"),
        ("{ service: a, unix: { path: /x, type: packet } }", "type “packet” is no kind of socket: write stream"),
        ("{ service: a, unix: { type: stream } }", "path is missing"),
        ("{ service: a, unix: /\(String(repeating: "x", count: 107)) }", "has more than 107 bytes"),
        ("text", "a probe is a text: write a map"),
    ])
    func `what is wrong with a probe is named with its place and what to write`(probe: String, reason: String) {
        let lines = errors("probes:\n  - \(probe)\n")
        #expect(lines.count == 1 && lines[0].hasPrefix("w.yaml:2:"), "\(lines)")
        #expect(lines.first?.contains(reason) == true, "\(lines)")
        #expect(lines.first?.split(separator: ": ").count ?? 0 > 2, "no remedy: \(lines)")
    }

    @Test func `what may be a password is not repeated`() {
        let lines = errors("probes:\n  - { service: a, tcp: 'user:marked-secret@db.example:5432' }\n")
        #expect(lines.count == 1 && lines[0].contains("has a user in it") && !lines[0].contains("marked-secret"), "\(lines)")
    }

    /// What stands where it does not belong may be the secret, and faults go into logs.
    @Test(arguments: [
        "postgresql: { user: a, host: 'postgresql://w:S3CRETpw@127.0.0.1/db' }",
        "postgresql: { user: a, host: 'host=db password=S3CRETpw' }", "postgresql: { user: a, port: '5432 password=S3CRETpw' }",
        "postgresql: { user: a, password_file: S3CRETpw }", "postgresql: { user: a, password_credential: 'S3CRETpw/' }",
        "postgresql: { user: a, sslmode: 'require&password=S3CRETpw' }", "pgbouncer: { user: a, host: 'w:S3CRETpw@h' }",
        "redis: { host: 'redis://:S3CRETpw@h' }", "redis: { host: h, password_file: S3CRETpw }",
        "tcp: { host: 'w:S3CRETpw@h', port: 1 }",
        "unix: 'redis://:S3CRETpw@h'", "sql: { sqlite: 'file:x?key=S3CRETpw', user: a }",
        "http: { url: 'http://h/', bearer_token_file: S3CRETpw }",
        "http: { url: 'https://h/', tls: { server_name: 'w:S3CRETpw@h' } }",
    ]) func `a secret in a wrong place is not repeated`(_ probe: String) throws {
        let lines = errors("probes:\n  - { service: a, \(probe) }\n")
        #expect(!lines.isEmpty)
        #expect(!lines.contains { $0.contains("S3CRET") }, "\(lines)")
    }

    @Test func `two probes of one kind and identity are refused, also where the host's name makes them one`() {
        let lines = errors(
            "probes:\n  - { service: a-alpha, tcp: 'a:1' }\n  - { service: 'a-${host}', tcp: 'b:2' }\n")
        #expect(
            lines == [
                "w.yaml:3:5: a-alpha/a-alpha has a probe of tcp in line 2 already: write another name for one of them (name:), or another instance"
            ], "\(lines)")
    }

    @Test func `there are 256 probes at most`() {
        func text(_ count: Int) -> String {
            "probes:\n" + (0..<count).map { "- { service: a, instance: i\($0), tcp: 'a:1' }\n" }.joined()
        }
        #expect(errors(text(256)) == [])
        #expect(errors(text(257)) == ["w.yaml:258:3: more than 256 in probes: run a second agent for others"])
    }

    @Test func `a list of probes that is empty is a file that names nothing`() throws {
        #expect(try parse("probes: []\n").isEmpty)
        #expect(try parse("probes:\n").probes.isEmpty)
        #expect(errors("probes: 5\n").first?.contains("probes is a text: write a list of maps") == true)
    }
}

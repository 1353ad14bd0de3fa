import Foundation
import Glibc
import HostTesting
import ServerTesting
import Testing

/// `apus check` beside servers that do not answer everybody: Debian's Prometheus with TLS, client certificates and a user, and nginx before
/// one for tenants.
@Suite(.serialized, .timeLimit(.minutes(3))) struct SecuredServerTests {
    /// Its characters mean something in a URL.
    private static let password = "open sesame/#?@:"
    private static let inURL = "open%20sesame%2F%23%3F%40%3A"
    /// Of the password, with as few rounds as bcrypt takes.
    private static let hash = "$2b$04$abcdefghijklmnopqrstuuyLZC/gexyLvv4mFmpkSYSSVVIGy6URi"

    private let folder: TemporaryFolder
    private let rules: String

    init() throws {
        folder = try TemporaryFolder()
        rules = folder.path("rules.yml")
        try folder.write("global: { scrape_interval: 1s }\nscrape_configs: []\n", to: "prometheus.yml")
        try folder.write(
            """
            groups:
              - name: some
                rules:
                  - { record: "own:up:one", expr: "vector(1)" }
                  - { record: "own:none", expr: "no_such_metric + 1" }
            """, to: "rules.yml")
        for (name, use) in [("authority", ""), ("server", "DNS:metrics.test"), ("client", "DNS:client.test")] {
            let signed =
                name == "authority" ? [] : ["-CA", folder.path("authority.pem"), "-CAkey", folder.path("authority.key")]
            try openssl(
                ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj"]
                    + ["/CN=\(name)", "-keyout", folder.path("\(name).key"), "-out", folder.path("\(name).pem")] + signed
                    + (use.isEmpty ? [] : ["-addext", "subjectAltName=\(use)", "-addext", "basicConstraints=CA:FALSE"]))
        }
        try folder.write(Self.password + "\n", to: "password")
    }

    private func openssl(_ arguments: [String]) throws {
        let made = try Command.run("openssl", arguments)
        try #require(made.passed, "\(made.text)")
    }

    private func check(_ url: String, _ options: [String]) async throws -> Command {
        let answer = try await Command.runApart(Executables.apus, ["check", "--prometheus", url, rules] + options)
        for secret in [Self.password, Self.inURL, "c2VzYW1l"] {
            #expect(!answer.output.contains(secret) && !answer.errors.contains(secret), "\(options): \(answer.text)")
        }
        return answer
    }

    /// A Prometheus with a file of its web configuration, until it takes connections.
    private func run(_ web: String, _ body: (_ port: Int) async throws -> Void) async throws {
        let port = try LoopbackPort.free()
        try folder.write(web, to: "web.yml")
        let server = try RunningProgram(
            "/usr/bin/prometheus",
            [
                "--config.file=\(folder.path("prometheus.yml"))", "--storage.tsdb.path=\(folder.path("data"))",
                "--web.listen-address=127.0.0.1:\(port)", "--web.config.file=\(folder.path("web.yml"))",
            ])
        // It takes connections before, and answers 503.
        try await eventually("Prometheus is ready: \(server.errors)") {
            server.errors.contains("Server is ready to receive web requests")
        }
        try await body(port)
        server.signal(SIGTERM)
        _ = try await server.wait(.seconds(30))
    }

    @Test func `a user is given in the URL or in a file, and what is wrong is said without the password`() async throws {
        try await run("basic_auth_users: { operator: '\(Self.hash)' }") { port in
            let place = "127.0.0.1:\(port)"
            for (url, options) in [
                ("http://operator:\(Self.inURL)@\(place)/", []),
                (
                    "http://\(place)",
                    ["--http-config", try http("basic_auth: { username: operator, password_file: password }")]
                ),
                (
                    "http://\(place)",
                    ["--http-config", try http("basic_auth: { username: operator, password: '\(Self.password)' }")]
                ),
            ] {
                let answer = try await check(url, options)
                #expect(answer.status == 1, "\(answer.text)")
                #expect(
                    answer.output.contains("2 queries: 1 find something, 0 are of alerts")
                        && answer.output.contains("no_such_metric"))
            }
            let password = "does not take the user or the password that was given"
            for (url, options, words) in [
                ("http://\(place)", [], "asks who asks, and nothing was given"),
                ("http://other:\(Self.inURL)@\(place)", [], password), ("http://operator:wrong@\(place)", [], password),
                (
                    "http://\(place)", ["--header", "Authorization: Bearer some"],
                    "does not take the Authorization that was given"
                ),
            ] {
                let answer = try await check(url, options)
                #expect(answer.status == 1 && answer.output.isEmpty, "\(answer.text)")
                #expect(
                    answer.errors.hasPrefix("Error: http://\(place) \(words) (status 401)"), "\(answer.errors)")
            }
            let twice = try await check(
                "http://operator:\(Self.inURL)@\(place)", ["--http-config", try http("bearer_token_file: password")])
            #expect(
                twice.status == 1 && twice.errors.contains("the URL and the file of --http-config say who asks"),
                "\(twice.errors)")
            let doubled = try await check(
                "http://\(place)", ["--header", "Authorization: a", "--header", "authorization: b"])
            #expect(doubled.status == 1 && doubled.errors.contains("--header and --header say who asks"), "\(doubled.errors)")
            try folder.write("X-A: 1\n\nbroken\n", to: "odd-headers")
            let odd = try await check("http://\(place)", ["--header", "@\(folder.path("odd-headers"))"])
            #expect(odd.status != 0 && odd.errors.contains("odd-headers:3"), "\(odd.errors)")
            let document = try await check("http://operator:\(Self.inURL)@\(place)", ["--output", "json"])
            #expect(document.status == 1 && document.errors.isEmpty)
            let report = try #require(try JSONSerialization.jsonObject(with: Data(document.output.utf8)) as? [String: Any])
            #expect(report["server"] as? String == "http://\(place)")
            #expect(report["counts"] as? [String: Int] == ["queries": 2, "found": 1, "quiet": 0, "missing": 1])
            let queries = try #require(report["queries"] as? [[String: Any]])
            #expect(queries.map { $0["result"] as? String } == ["found", "empty"] && queries[0]["series"] as? Int == 1)
            #expect(queries.map { $0["place"] as? String } == ["\(rules):4:40", "\(rules):5:38"], "\(queries)")
        }
    }

    @Test func `a server with TLS is known by its authority and its name, and knows a client by its certificate`() async throws
    {
        let web = """
            tls_server_config:
              cert_file: server.pem
              key_file: server.key
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: authority.pem
            """
        let authority = ["--ca-file", folder.path("authority.pem")]
        let client = ["--client-certificate", folder.path("client.pem"), "--client-key", folder.path("client.key")]
        try await run(web) { port in
            let url = "https://127.0.0.1:\(port)"
            let files = "ca_file: authority.pem, cert_file: client.pem, key_file: client.key"
            for options in [
                ["--http-config", try http("tls_config: { \(files), server_name: metrics.test }")],
                ["--http-config", try http("tls_config: { insecure_skip_verify: true }")] + client,
                ["--http-config", try http("{ tls_config: { server_name: metrics.test }, enable_http2: false }")] + authority
                    + client,
            ] {
                let answer = try await check(url, options)
                #expect(answer.output.contains("2 queries: 1 find something"), "\(options): \(answer.text)")
            }
            for (url, options, words) in [
                (url, client, "its certificate is not trusted"),
                (url, authority + client, "its certificate is for another name"),
                (
                    url, ["--http-config", try http("tls_config: { ca_file: authority.pem, server_name: metrics.test }")],
                    "client's certificate"
                ),
                ("http://127.0.0.1:\(port)", [], "status 400"),
                (url, ["--ca-file", folder.path("authority.key")], "has no certificate in PEM"),
                (url, ["--client-key", folder.path("client.key")], "a key without its certificate"),
                (url, ["--ca-file", folder.path("none.pem")], "none.pem cannot be read: No such file or directory"),
            ] {
                let answer = try await check(url, options)
                #expect(answer.status == 1 && answer.errors.contains(words), "\(options): \(answer.text)")
            }
        }
    }

    @Test func `a tenant and other headers are sent with each request`() async throws {
        let prometheus = try await Prometheus(configuration: folder.path("prometheus.yml"))
        let port = try LoopbackPort.free()
        let nginx = try NginxServer(port: port) { folder in
            """
            pid \(folder.path("nginx.pid"));
            events {}
            http {
              access_log off;
              \(NginxServer.temporaryPaths(in: folder))
              server {
                listen 127.0.0.1:\(port);
                if ($http_x_scope_orgid != "team-a") { return 403 "no such tenant\\n"; }
                if ($http_x_more != "some more") { return 403 "no more\\n"; }
                location / { proxy_pass \(prometheus.url); }
              }
            }
            """
        }
        defer { nginx.stop() }
        let url = "http://127.0.0.1:\(port)"
        try folder.write("X-More: some more\n\n", to: "headers")
        for more in [["--header", "X-More: some more"], ["--header", "@\(folder.path("headers"))"]] {
            let answer = try await check(url, ["--tenant", "team-a"] + more)
            #expect(answer.output.contains("2 queries: 1 find something"), "\(answer.text)")
        }
        let headers = try http("http_headers: { X-More: { values: [some more] }, X-Scope-OrgID: { secrets: [team-a] } }")
        #expect(try await check(url, ["--http-config", headers]).output.contains("2 queries: 1 find something"))
        let refused = try await check(url, ["--header", "X-More: some more"])
        #expect(refused.status == 1 && refused.errors.contains("status 403): no such tenant"), "\(refused.text)")
        try await prometheus.stop()
    }

    @Test(arguments: [
        ("basic_auth: { user: operator }", "http.yml:1:15: “user” is no key of basic_auth: it has username, username_file"),
        (
            "basic_auth: { username: a, password: b, password_file: c }",
            "http.yml:1:56: password and password_file say the same"
        ),
        ("{ basic_auth: { username: a }, bearer_token: b }", "say who asks: leave all but one of them out"),
        ("authorization: { type: Basic, credentials: hidden }", "write basic_auth"),
        ("oauth2: { client_id: hidden }", "http.yml:1:1: oauth2 is not taken here"),
        ("tls_config: { min_version: TLS9 }", "write one of TLS10, TLS11, TLS12, TLS13"),
        (
            "tls_config: { min_version: TLS13, max_version: TLS12 }",
            "http.yml:1:48: min_version TLS13 is above max_version TLS12"
        ),
        ("tls_config: { max_version: TLS11 }", "http.yml:1:28: max_version TLS11 is below TLS12"),
        ("tls_config: { cert_file: client.pem }", "a certificate without its key"),
        ("follow_redirects: perhaps", "http.yml:1:19: follow_redirects is neither true nor false"),
        ("http_headers: { Authorization: { values: [hidden] } }", "write authorization or basic_auth"),
        ("http_headers: { 'X-A': { values: [\"hid\\nden\"] } }", "has a control character or a line end in it"),
        ("basic_auth: [hidden", "http.yml:2:1: this is no YAML"),
        ("bearer_token_file: nowhere", "nowhere cannot be read: No such file"),
        ("basic_auth: { username: a }\nbasic_auth: { username: b }", "twice the key basic_auth"),
    ])
    func `a fault of the file of settings is named with its place, and without what it holds`(text: String, told: String)
        async throws
    {
        let answer = try await check("http://127.0.0.1:1", ["--http-config", try http(text)])
        #expect(answer.status == 1 && answer.errors.contains(told), "\(answer.errors)")
        #expect(!answer.errors.contains("hidden") && !answer.errors.contains("hid\nden"), "\(answer.errors)")
    }

    /// `nil`: neither.
    @Test(arguments: [
        ("true", true), ("True", true), ("yes", true), ("YES", true), ("on", true), ("On", true), ("y", true), ("false", false),
        ("no", false), ("off", false), ("OFF", false), ("N", false), ("yEs", nil), ("tRue", nil), ("'yes'", nil), ("1", nil),
    ])
    func `a truth is one by the words that Prometheus takes`(word: String, meaning: Bool?) async throws {
        try folder.write(
            "scrape_configs: [{ job_name: a, tls_config: { insecure_skip_verify: \(word) } }]\n", to: "scrape.yml")
        #expect(try Command.run("promtool", ["check", "config", folder.path("scrape.yml")]).passed == (meaning != nil))
        let answer = try await check("http://127.0.0.1:1", ["--http-config", try http("follow_redirects: \(word)")])
        #expect(answer.errors.contains("follow_redirects is neither true nor false") == (meaning == nil), "\(answer.errors)")
        #expect(answer.errors.contains("nothing listens") == (meaning != nil), "\(answer.errors)")
    }

    @Test(arguments: [
        ("operator:secret@127.0.0.1:1", "the URL is no URL of a server"), ("http://operator:sec/ret@127.0.0.1:1", "%2F"),
        ("ftp://operator:secret@127.0.0.1", "is no URL of a server"),
        ("http://operator:secret@127.0.0.1:1/?a=b", "begins with ?"),
        ("http://operator:secret@127.0.0.1:1", "cannot be asked"), ("127.0.0.1:1", "“127.0.0.1:1” is no URL of a server"),
    ])
    func `a URL that cannot be asked is named without its password`(url: String, told: String) async throws {
        let answer = try await check(url, [])
        #expect(answer.status == 1 && answer.errors.contains(told), "\(answer.errors)")
        #expect(!answer.errors.contains("secret") && !answer.errors.contains("ret@"), "\(answer.errors)")
    }

    private func http(_ text: String) throws -> String {
        let name = "\(UUID().uuidString).http.yml"
        try folder.write(text, to: name)
        return folder.path(name)
    }
}

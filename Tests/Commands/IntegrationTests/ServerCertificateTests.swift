import Foundation
import HostTesting
import ServerTesting
import Testing

/// `apus check` and what a server shows of itself in TLS: its version, and the certificates of authorities that are chained.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerCertificateTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "groups: [{ name: some, rules: [{ record: \"own:up:one\", expr: \"vector(1)\" }] }]\n", to: "rules.yml")
        try openssl(["req", "-x509", "-days", "2", "-subj", "/CN=root"] + key("root") + ["-out", folder.path("root.pem")])
        let authority = "basicConstraints=critical,CA:TRUE"
        let server = "subjectAltName=IP:127.0.0.1"
        try certificate("between", by: "root", authority)
        try certificate("past", by: "root", authority, days: -1)
        try certificate("leaf", by: "between", server)
        try certificate("late", by: "past", server)
        try certificate("plain", by: "root", server)
        try certificate("client", by: "root", "\(server)\nextendedKeyUsage=clientAuth")
    }

    private func openssl(_ arguments: [String]) throws {
        let made = try Command.run("openssl", arguments)
        try #require(made.passed, "\(made.text)")
    }

    private func key(_ name: String) -> [String] {
        [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder.path("\(name).key"),
        ]
    }

    private func certificate(_ name: String, by signer: String, _ extensions: String, days: Int = 2) throws {
        try folder.write(extensions + "\n", to: "\(name).ext")
        try openssl(["req", "-new", "-subj", "/CN=\(name)"] + key(name) + ["-out", folder.path("\(name).csr")])
        try openssl([
            "x509", "-req", "-in", folder.path("\(name).csr"), "-CA", folder.path("\(signer).pem"), "-CAkey",
            folder.path("\(signer).key"), "-CAcreateserial", "-days", "\(days)", "-extfile", folder.path("\(name).ext"), "-out",
            folder.path("\(name).pem"),
        ])
    }

    /// An nginx that shows one certificate alone, at a port for each.
    ///
    /// - Parameter log: directives of what it keeps of requests. Paths that begin with `/to/PORT` lead to that port of localhost, and those
    ///   with `/address/PORT` to that of the address.
    private func serving(
        _ certificates: [(name: String, more: String)], log: String = "access_log off"
    ) throws -> (nginx: NginxServer, ports: [Int]) {
        let ports = try certificates.map { _ in try LoopbackPort.free() }
        let found = #"{"status":"success","data":{"resultType":"vector","result":[{}]}}"#
        let servers = zip(ports, certificates).map { port, certificate in
            """
            server {
              listen 127.0.0.1:\(port) ssl;
              ssl_certificate \(folder.path("\(certificate.name).pem"));
              ssl_certificate_key \(folder.path("\(certificate.name).key"));
              \(certificate.more)
              location / { return 200 '\(found)'; }
              location ~ ^/to/([0-9]+)(/.*)$ { return 307 https://localhost:$1$2$is_args$args; }
              location ~ ^/address/([0-9]+)(/.*)$ { return 307 https://127.0.0.1:$1$2$is_args$args; }
            }
            """
        }
        let nginx = try NginxServer(port: ports[0]) { folder in
            """
            pid \(folder.path("nginx.pid"));
            events {}
            http {
              \(log);
              default_type application/json;
              \(NginxServer.temporaryPaths(in: folder))
              \(servers.joined(separator: "\n"))
            }
            """
        }
        return (nginx, ports)
    }

    /// Whoever answers for a name may have a certificate for the address that he answers at: it is no proof of the name.
    @Test func `nothing is asked of a server whose certificate is for its address alone, and not for its name`() async throws {
        try certificate("named", by: "root", "subjectAltName=DNS:localhost,DNS:metrics.test")
        try certificate("own", by: "root", "subjectAltName=IP:127.0.0.1,IP:10.0.0.1,DNS:other.test")
        let asked = "log_format asked '$request $http_authorization'; access_log \(folder.path("asked")) asked"
        let (nginx, ports) = try serving([("own", ""), ("named", ""), ("plain", "")], log: asked)
        defer { nginx.stop() }
        func settings(_ name: String, _ text: String) throws -> [String] {
            try folder.write("tls_config: { ca_file: root.pem, server_name: \(text) }\n", to: name)
            return ["--http-config", folder.path(name)]
        }
        let alias = try settings("alias.yml", "metrics.test")
        for port in [ports[0], ports[2]] {
            for (host, options) in [
                ("localhost", authority("root")), ("127.0.0.1", alias), ("localhost", alias),
                ("localhost", try settings("address.yml", "10.0.0.2")),
            ] {
                let url = "https://operator:secret@\(host):\(port)"
                for command in [
                    ["check", "--prometheus", url, folder.path("rules.yml")], ["check", "--agent", url],
                    ["top", "--once", "--agent", url],
                ] {
                    let answer = try await Command.runApart(Executables.apus, command + options)
                    #expect(
                        answer.status == 1 && answer.errors.contains("its certificate is for another name"),
                        "\(command) \(options): \(answer.text)")
                }
            }
        }
        #expect(try folder.read("asked").isEmpty)
        let led = try await check(ports[1], "localhost/to/\(ports[0])", authority("root"))
        #expect(led.errors.contains("its certificate is for another name"), "\(led.text)")
        let far = try await check(ports[1], "localhost/address/\(ports[0])", authority("root"))
        #expect(far.output.contains("1 queries: 1 find something"), "\(far.text)")
        for (port, host, options) in [
            (ports[1], "operator:secret@localhost", authority("root")), (ports[1], "127.0.0.1", alias),
            (ports[0], "operator:secret@127.0.0.1", authority("root")), (ports[2], "127.0.0.1", authority("root")),
            (ports[0], "127.0.0.1", try settings("own.yml", "10.0.0.1")),
        ] {
            let answer = try await check(port, host, options)
            #expect(answer.status == 0 && answer.output.contains("1 queries: 1 find something"), "\(host): \(answer.text)")
        }
        #expect(try folder.read("asked").contains("Basic b3BlcmF0b3I6c2VjcmV0"), "the user is sent to who is meant")
    }

    private func check(_ port: Int, _ place: String, _ options: [String]) async throws -> Command {
        let parts = place.split(separator: "/", maxSplits: 1).map(String.init)
        return try await Command.runApart(
            Executables.apus,
            [
                "check", "--prometheus", "https://\(parts[0]):\(port)\(parts.count > 1 ? "/" + parts[1] : "")",
                folder.path("rules.yml"),
            ] + options)
    }

    private func check(_ port: Int, _ options: [String]) async throws -> Command {
        try await Command.runApart(
            Executables.apus,
            ["check", "--prometheus", "https://127.0.0.1:\(port)", folder.path("rules.yml")] + options)
    }

    private func authority(_ name: String) -> [String] { ["--ca-file", folder.path("\(name).pem")] }

    @Test func `versions of TLS before 1.2 are spoken only where min_version says so`() async throws {
        let old = "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"
        let (nginx, ports) = try serving([("plain", old), ("plain", "")])
        defer { nginx.stop() }
        let refused = try await check(ports[0], authority("root"))
        #expect(refused.status == 1 && refused.errors.contains("no version of TLS in common"), "\(refused.text)")
        #expect(refused.errors.contains("min_version"))
        try folder.write("tls_config: { min_version: TLS11 }\n", to: "http.yml")
        for (port, options) in [
            (ports[0], ["--http-config", folder.path("http.yml")]), (ports[1], ["--http-config", folder.path("http.yml")]),
            (ports[1], []),
        ] {
            let answer = try await check(port, authority("root") + options)
            #expect(answer.status == 0 && answer.output.contains("1 queries: 1 find something"), "\(answer.text)")
        }
        // The client that all share, which trusts nobody here: what it says shows how far it came.
        let shared = try await check(ports[0], [])
        #expect(shared.errors.contains("no version of TLS in common"), "\(shared.text)")
        let probe = try await Command.runApart(Executables.apus, ["probe", "https://127.0.0.1:\(ports[0])/"])
        #expect(
            probe.status == 1 && (probe.errors.contains("PROTOCOL_VERSION") || probe.errors.contains("UNSUPPORTED_PROTOCOL")),
            "\(probe.text)")
    }

    @Test func `an authority is trusted by itself, also one that another has signed`() async throws {
        let (nginx, ports) = try serving([("leaf", ""), ("late", ""), ("client", ""), ("plain", "")])
        defer { nginx.stop() }
        try folder.write(
            try String(contentsOfFile: folder.path("root.pem"), encoding: .utf8)
                + String(contentsOfFile: folder.path("between.pem"), encoding: .utf8), to: "both.pem")
        for (port, name) in [(ports[0], "between"), (ports[0], "both"), (ports[3], "root"), (ports[3], "both")] {
            let answer = try await check(port, authority(name))
            #expect(answer.status == 0 && answer.output.contains("1 queries: 1 find something"), "\(name): \(answer.text)")
        }
        for (port, name) in [
            (ports[0], "root"), (ports[0], "past"), (ports[1], "past"), (ports[2], "root"), (ports[3], "between"),
        ] {
            let answer = try await check(port, authority(name))
            #expect(answer.status == 1 && answer.errors.contains("its certificate is not trusted"), "\(name): \(answer.text)")
            for words in ["expired", "for clients alone", "--ca-file", "that the server does not send"] {
                #expect(answer.errors.contains(words), "\(answer.errors)")
            }
        }
    }

    @Test func `a key of another certificate is named with it`() async throws {
        let answer = try await check(
            1, ["--client-certificate", folder.path("client.pem"), "--client-key", folder.path("leaf.key")])
        #expect(answer.status == 1, "\(answer.text)")
        #expect(
            answer.errors.contains("leaf.key is not the key of the first certificate in")
                && answer.errors.contains("client.pem: give the two that were made together"), "\(answer.errors)")
    }
}

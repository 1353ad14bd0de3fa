import ApusAgent
import Foundation
import HostTesting
import Testing

/// The cases that the exporters' toolkit publishes for its reader of a web configuration (prometheus/exporter-toolkit, web/testdata), and
/// what is refused beyond them.
@Suite struct WebConfigurationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try TestCertificates(in: folder).make("authority", signing: [("server", "IP:127.0.0.1"), ("other", "IP:127.0.0.1")])
        for (old, new) in [("server.pem", "server.crt"), ("authority.pem", "tls-ca-chain.pem")] {
            try FileManager.default.copyItem(atPath: folder.path(old), toPath: folder.path(new))
        }
        try folder.write("nothing", to: "junk.pem")
    }

    private func faults(_ text: String) throws -> [String] {
        // Plain texts, as the compiler takes minutes for a long list of pieces that are put together.
        try folder.write(text.replacing("SERVER", with: Self.server), to: "web.yml")
        do throws(WatchFileError) { _ = try WebConfiguration.read(folder.path("web.yml")) } catch {
            #expect(error.lines.allSatisfy { $0.hasPrefix("\(folder.path("web.yml"))") })
            return error.lines.map { String($0.dropFirst(folder.path("web.yml").utf8.count)) }
        }
        return []
    }

    private static let server = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"

    private static let taken: [String] = [
        "",
        "SERVER  client_auth_type: VerifyClientCertIfGiven\n",
        "SERVER  client_auth_type: RequireAnyClientCert\n",
        "SERVER  client_auth_type: RequireClientCert\n",
        "SERVER  client_auth_type: RequestClientCert\n",
        "SERVER  client_auth_type: NoClientCert\n",
        "SERVER  client_auth_type: RequireAndVerifyClientCert\n",
        "SERVER  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: tls-ca-chain.pem\n",
        "SERVER  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: tls-ca-chain.pem\n  client_allowed_sans: [one, test3, two]\n",
        """
        SERVER  client_auth_type: VerifyClientCertIfGiven
          cipher_suites:
          - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
          - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
          - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
          - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
          - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
          - TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
          - TLS_AES_128_GCM_SHA256
          - TLS_AES_256_GCM_SHA384
          - TLS_CHACHA20_POLY1305_SHA256
          - TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
          - TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
          - TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
          - TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
        """,
        "SERVER  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n",
        "SERVER  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n  max_version: TLS12\nhttp_server_config: { http2: false }\n",
        "SERVER  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n  prefer_server_cipher_suites: false\n  min_version: TLS12\n",
        "SERVER  cipher_suites: [TLS_AES_128_GCM_SHA256]\n",
        """
        http_server_config:
          headers:
            X-Frame-Options: deny
            Strict-Transport-Security: max-age=31536000; includeSubDomains
            X-Content-Type-Options: nosniff
            X-XSS-Protection: 1
            Content-Security-Policy: "default-src 'self' *.test.example.net"
        """,
        "http_server_config: { headers: { X-Frame-Options: '' } }",
        "rate_limit: { interval: 0, burst: 0 }",
        "rate_limit:\n  interval: \"1s\"\n  burst: 0\n",
        """
        basic_auth_users:
          alice: $2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby
          bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.
          carol: $2a$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu
          dave: $2b$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq
        """,
    ]

    @Test(arguments: taken)
    func `what the exporters take is taken`(text: String) throws { #expect(try faults(text) == []) }

    @Test(arguments: [("RequireAndVerifyClientCert", 1), ("VerifyClientCertIfGiven", 1), ("RequireAnyClientCert", 0)])
    func `an authority that is missing is remarked, as no client's certificate is taken without`(
        type: String, count: Int
    ) throws {
        try folder.write(Self.server + "  client_auth_type: \(type)\n", to: "web.yml")
        let remarks = try WebConfiguration.read(folder.path("web.yml")).remarks
        let remark = "\(folder.path("web.yml")):4:21: \(type) without client_ca_file takes no client's certificate"
        #expect(remarks.count == count && remarks.allSatisfy { $0.hasPrefix(remark) }, "\(remarks)")
    }

    private static let refused: [(text: String, fault: String)] = [
        ("hWkNKCp3fvIx3jKnsaBI\nTuEjdwNS8A2vYdFbiKqr\n", ":1:1: the web configuration is a text: write a map"),
        (
            "tls_server_config:\n  cert_filse: \"server.crt\"\n",
            ":2:3: “cert_filse” is no key of tls_server_config: write cert_file"
        ),
        ("tls_server_confg: {}\n", ":1:1: “tls_server_confg” is no key of the web configuration: write tls_server_config"),
        ("tls_server_config:\n  cert_file: \"\"\n  key_file: server.key\n", ":2:14: cert_file is empty"),
        ("tls_server_config:\n  cert: \"\"\n  key_file: server.key\n", ":2:9: cert is empty"),
        ("tls_server_config:\n  cert_file: server.crt\n  key_file: \"\"\n", ":3:13: key_file is empty"),
        ("tls_server_config:\n  cert_file: server.crt\n  key: \"\"\n", ":3:8: key is empty"),
        ("tls_server_config:\n  cert_file: ''\n  key_file: ''\n  client_auth_type: x\n", ":4:21: client_auth_type is “x”"),
        ("tls_server_config:\n  cert_file: somefile\n  key_file: server.key\n", "there is no such file"),
        ("tls_server_config:\n  cert_file: server.crt\n  key_file: somefile\n", ":3:13: key_file"),
        ("tls_server_config:\n  key_file: server.key\n", ":2:3: cert_file is missing"),
        (
            "SERVER  client_ca_file: tls-ca-chain.pem\n",
            ":4:19: client_ca_file “tls-ca-chain.pem” goes with client_auth_type"
        ),
        ("SERVER  client_ca_file: somefile\n  client_auth_type: RequestClientCert\n", "there is no such file"),
        ("SERVER  client_ca_file: junk.pem\n  client_auth_type: RequestClientCert\n", "holds no certificate in PEM"),
        (
            "SERVER  cipher_suites:\n  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048\n",
            ":5:5: the cipher suite “TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048” is not known: write TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        ),
        ("SERVER  curve_preferences:\n    - CurveP257\n", ":5:7: the curve “CurveP257” is not known: write CurveP256"),
        ("SERVER  min_version: TLS111\n", ":4:16: min_version is “TLS111”: write TLS11"),
        (
            "http_server_config: { headers: { X-Content-Type-Options: sniff } }",
            ":1:58: X-Content-Type-Options is “sniff”: write nosniff"
        ),
        ("http_server_config: { headers: { Content-Type: foo } }", ":1:34: “Content-Type” is no key of headers"),
        ("http_server_config: { headers: { X-Frame-Options: foo } }", "write deny or sameorigin"),
        // Beyond what the exporters refuse: what cannot be meant.
        ("tls_server_config:\n  min_version: TLS13\n", ":2:3: cert_file is missing"),
        ("tls_server_config: {}\n", ":1:20: cert_file is missing"), ("tls_server_config:\n", "tls_server_config is nothing"),
        ("SERVER  min_version: TLS13\n  max_version: TLS12\n", ":4:16: min_version TLS13 is above max_version TLS12"),
        ("SERVER  cert: x\n", "cert and cert_file are both there"),
        ("SERVER  client_allowed_sans: [one]\n", "client_allowed_sans goes with client_auth_type"),
        ("SERVER  client_auth_type: RequestClientCert\n  client_allowed_sans: []\n", "is no list with something in it"),
        ("SERVER  cipher_suites: [TLS_AES_128_GCM_SHA256]\n  max_version: TLS12\n", "no cipher suite is one of TLS 1.2"),
        (
            "tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n",
            ":2:14: cert_file “server.crt” and the key do not go together"
        ),
        ("tls_server_config:\n  cert_file: junk.pem\n  key_file: junk.pem\n", "holds no private key in PEM"),
        ("http_server_config: { headers: { Content-Security-Policy: \"a\\nb\" } }", "has a character that no field may have"),
        ("http_server_config: { http2: maybe }", "http2 is “maybe”: write true or false"),
        ("rate_limit: { interval: 1 }", "interval “1” is no duration"),
        ("rate_limit: { interval: 1s, burst: -1 }", "burst “-1” is no number of requests"),
        ("basic_auth_users: [alice]", "basic_auth_users is a list"),
        ("basic_auth_users: { 'a:b': $2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu }", "has a colon"),
        ("basic_auth_users: &a { }", "an anchor"),
    ]

    @Test(arguments: refused)
    func `what is wrong is said with its place`(text: String, fault: String) throws {
        let faults = try faults(text)
        #expect(faults.contains { $0.contains(fault) }, "\(faults)")
    }

    @Test(arguments: [
        ("doe", "is no hash by bcrypt"),
        ("$2x$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", "is no hash by bcrypt"),
        ("$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64", "has 39 characters"),
        ("$2y$31$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", "has the cost 31"),
        ("$2y$03$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", "has no cost from 04 on"),
        ("$2y$1x$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", "has no cost from 04 on"),
        ("$2y$+5$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", "has no cost from 04 on"),
        ("$2y$10$qRTBuFoULoYNA7AQ/F3ck!trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", "has a character"),
    ])
    func `a password that is no hash is refused, and nothing of it is said`(password: String, reason: String) throws {
        let faults = try faults("basic_auth_users:\n  john: '\(password)'\n")
        try #require(faults.count == 1)
        #expect(faults[0].hasPrefix(":2:9: the password of “john” \(reason)"), "\(faults)")
        #expect(!faults[0].contains("doe") && !faults[0].contains("qRTB"))
    }

    @Test func `who is not known costs what one of those costs who are`() throws {
        let digits = "qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu"
        let users = ["04", "12", "12", "12"].enumerated().map { "  user\($0.offset): $2y$\($0.element)$\(digits)\n" }
        try folder.write("basic_auth_users:\n" + users.joined(), to: "web.yml")
        let configuration = try WebConfiguration.read(folder.path("web.yml"))
        let costs = (0..<4000).map { configuration.cost(ofNobodyCalled: "name\($0)", key: 7) }
        #expect(costs == (0..<4000).map { configuration.cost(ofNobodyCalled: "name\($0)", key: 7) })
        #expect(costs != (0..<4000).map { configuration.cost(ofNobodyCalled: "name\($0)", key: 8) })
        #expect(Set(costs) == [4, 12])
        // A quarter, past any chance.
        #expect((700...1300).contains(costs.count { $0 == 4 }))
    }

    @Test func `a certificate and its key may stand in the file`() throws {
        func block(_ name: String) throws -> String {
            try folder.read(name).split(separator: "\n").map { "    \($0)\n" }.joined()
        }
        let text = "tls_server_config:\n  cert: |\n\(try block("server.crt"))  key: |\n\(try block("server.key"))"
        #expect(try faults(text) == [])
    }

    @Test(arguments: [
        ("Basic YWxpY2U6c2VjcmV0", "alice", "secret"), ("basic  YWxpY2U6c2VjcmV0", "alice", "secret"),
        ("BASIC YWxpY2U6", "alice", ""), ("Basic OnA6cQ==", "", "p:q"), ("Basic OnA6cQ", "", "p:q"),
    ])
    func `a user and a password are read as clients write them`(field: String, user: String, password: String) throws {
        let credentials = try #require(ClaimedUser(field))
        #expect(credentials.user == user && String(decoding: credentials.password, as: UTF8.self) == password)
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Bearer YWxpY2U6c2VjcmV0", "Basic YWxpY2U", "Basic YWxpY2U6c2VjcmV0=====",
        "Basic YWxpY2U6c2VjcmV0 x",
        "Basic YWxpY2U6c2Vjc-V0", "Basic OnA6cR==", "Basic /zp4", "Basic \(String(repeating: "Y", count: 2000))",
    ])
    func `what is no user and password is none`(field: String) { #expect(ClaimedUser(field) == nil) }
}

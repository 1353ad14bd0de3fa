import AgentMetrics
import ApusAgent
import ApusProbes
import Testing

/// What the file says of probes of HTTP, Redis and RabbitMQ.
@Suite struct NetworkProbesFileTests {
    private func target(_ text: String) throws -> ProbeTarget? {
        let file = try WatchFile.parse(
            Array("probes:\n- { service: a, \(text) }\n".utf8), path: "w.yaml", host: "alpha")
        return file.probes.first?.target
    }

    private func errors(_ text: String) -> [String] {
        do throws(WatchFileError) {
            _ = try WatchFile.parse(
                Array("probes:\n- { service: a, \(text) }\n".utf8), path: "w.yaml", host: "alpha")
        } catch { return error.lines }
        return []
    }

    @Test func `a service that is asked for its health`() throws {
        #expect(
            try target("http: 'https://api.example:8443/health'")
                == .http(HTTPTarget(url: ProbeURL("https://api.example:8443/health"))))
        var whole = HTTPTarget(url: try ProbeURL("https://10.0.0.1/h?x=1"))
        whole.method = .head
        whole.headers = [HTTPTarget.Field(name: "Accept", value: "application/json")]
        whole.login = .basic(user: "probe", password: .credential("api"))
        whole.status = [200...200, 300...399]
        whole.tls.authorityFile = "/etc/ca.pem"
        whole.tls.serverName = "api.example"
        whole.socket = "/run/api.sock"
        #expect(
            try target(
                "http: { url: 'https://10.0.0.1/h?x=1', method: HEAD, headers: { Accept: application/json }, user: probe, password_credential: api, status: [200, 3xx], tls: { ca_file: /etc/ca.pem, server_name: api.example }, unix: /run/api.sock }"
            ) == .http(whole))
        var keyed = HTTPTarget(url: try ProbeURL("http://h/"))
        keyed.headers = [HTTPTarget.Field(name: "Accept", value: "text/plain")]
        keyed.secretHeaders = [
            HTTPTarget.SecretField(name: "X-Api-Key", value: .file("/run/key")),
            HTTPTarget.SecretField(name: "Cookie", value: .credential("cookie")),
        ]
        keyed.text = BodyText("all is well")
        #expect(
            try target(
                "http: { url: 'http://h/', headers: { Accept: text/plain, X-Api-Key: { value_file: /run/key }, Cookie: { value_credential: cookie } }, body: { contains: all is well } }"
            ) == .http(keyed))
        var virtual = HTTPTarget(url: try ProbeURL("http://10.0.0.1/"))
        virtual.headers = [HTTPTarget.Field(name: "Host", value: "shop.example")]
        #expect(try target("http: { url: 'http://10.0.0.1/', headers: { Host: shop.example } }") == .http(virtual))
        var token = HTTPTarget(url: try ProbeURL("http://h/"))
        token.login = .bearer(.file("/run/token"))
        token.status = [204...204]
        #expect(
            try target("http: { url: 'http://h/', bearer_token_file: /run/token, status: 204 }")
                == .http(token))
    }

    @Test func `a Redis`() throws {
        #expect(
            try target("redis: 127.0.0.1:6380")
                == .redis(RedisTarget(.internet(host: "127.0.0.1", port: 6380))))
        #expect(
            try target("redis: cache.example")
                == .redis(RedisTarget(.internet(host: "cache.example", port: 6379))))
        // With the period at its end a name is looked up as it is.
        #expect(
            try target("redis: cache.example.") == .redis(RedisTarget(.internet(host: "cache.example.", port: 6379))))
        #expect(
            try target("redis: cache.example.:6380") == .redis(RedisTarget(.internet(host: "cache.example.", port: 6380))))
        #expect(
            try target("redis: { host: cache.example. }") == .redis(RedisTarget(.internet(host: "cache.example.", port: 6379))))
        #expect(try target("redis: /run/redis.sock") == .redis(RedisTarget(.unix("/run/redis.sock"))))
        var whole = RedisTarget(.internet(host: "::1", port: 6379))
        (whole.user, whole.password, whole.tls) = ("probe", .file("/run/p"), ProbeTLS())
        #expect(
            try target("redis: { host: '::1', user: probe, password_file: /run/p, tls: true }")
                == .redis(whole))
    }

    @Test func `a RabbitMQ`() throws {
        var management = RabbitMQTarget(.management, try ProbeURL("http://127.0.0.1:15672/prefix/"))
        management.login = .basic(user: "apus", password: .file("/run/p"))
        management.virtualHost = "/"
        management.queues = [QueuePattern("orders.*"), QueuePattern("mail")]
        #expect(
            try target(
                "rabbitmq: { management: 'http://127.0.0.1:15672/prefix/', user: apus, password_file: /run/p, vhost: /, queues: ['orders.*', mail] }"
            ) == .rabbitmq(management))
        #expect(
            try target("rabbitmq: { prometheus: 'http://[::1]:15692' }")
                == .rabbitmq(RabbitMQTarget(.prometheus, ProbeURL("http://[::1]:15692"))))
    }

    @Test(arguments: [
        ("http: 'http://u:S3CRET@h/'", "http has a user before its host"),
        ("http: 'h:80'", "http is no URL of HTTP"),
        ("http: {}", "url is missing"),
        ("http: { url: 'http://h/', method: POST }", "method is “POST”"),
        ("http: { url: 'http://h/', tls: true }", "tls goes with a URL of https"),
        ("http: { url: 'https://h/', tls: false }", "tls is false"),
        ("http: { url: 'http://h/', password: S3CRET }", "password is not written into this file"),
        (
            "http: { url: 'http://h/', bearer_token: S3CRET }",
            "bearer_token is not written into this file"
        ),
        ("http: { url: 'http://h/', user: a }", "user goes with a password"),
        ("http: { url: 'http://h/', password_file: /p }", "password_file goes with a user"),
        ("http: { url: 'http://h/', user: 'a:b', password_file: /p }", "user has a colon"),
        (
            "http: { url: 'http://h/', user: a, password_file: /p, bearer_token_file: /t }",
            "a bearer token and a user"
        ),
        (
            "http: { url: 'http://h/', headers: { Authorization: S3CRET } }",
            "Authorization holds a secret"
        ),
        ("http: { url: 'http://h/', headers: { cookie: S3CRET } }", "cookie holds a secret"),
        ("http: { url: 'http://h/', headers: { X-Key: { value: S3CRET } } }", "value is not written into this file"),
        ("http: { url: 'http://h/', headers: { X-Key: {} } }", "a header field has no value"),
        ("http: { url: 'http://h/', headers: { X-Key: { value_file: key } } }", "value_file"),
        ("http: { url: 'http://h/', headers: { Host: { value_file: /key } } }", "Host is the probe's own"),
        ("http: { url: 'http://h/', body: {} }", "contains is missing"),
        ("http: { url: 'http://h/', body: { contains: '' } }", "contains is empty"),
        ("http: { url: 'http://h/', body: ok }", "body is a text"),
        ("http: { url: 'http://h/', headers: { Expect: h } }", "Expect is the probe's own"),
        ("http: { url: 'http://h/', headers: { 'A B': h } }", "“A B” is no name of a header field"),
        ("http: { url: 'http://h/', headers: { A: \"x\\ny\" } }", "the header field A has a character"),
        ("http: { url: 'http://h/', headers: [A] }", "headers is a list"),
        ("http: { url: 'http://h/', status: [] }", "status is a list of none"),
        ("http: { url: 'http://h/', status: [20] }", "status “20” is no code"),
        ("http: { url: 'http://h/', status: 0xx }", "status “0xx” is no code"),
        ("http: { url: 'http://h/', unix: '@x' }", "unix is an abstract socket"),
        ("redis: { port: 1 }", "host is missing"),
        ("redis: { host: h, unix: /x }", "unix and host are both there"),
        ("redis: { host: h, user: u }", "user goes with a password"),
        ("redis: { host: h, password: S3CRET }", "password is not written into this file"),
        ("redis: 'redis://:S3CRET@h:1'", "has a user in it"),
        ("rabbitmq: {}", "nothing says how the RabbitMQ is asked"),
        (
            "rabbitmq: { management: 'http://h/', prometheus: 'http://h/' }",
            "management and prometheus are two ways"
        ),
        ("rabbitmq: { management: 'http://h/' }", "management wants a user"),
        ("rabbitmq: { prometheus: 'http://h/metrics' }", "prometheus ends in /metrics"),
        ("rabbitmq: { prometheus: 'http://h/?S3CRET' }", "prometheus has a query"),
        ("rabbitmq: { prometheus: 'http://h/', queues: [] }", "queues is no list with something in it"),
        (
            "rabbitmq: { prometheus: 'http://h/', queues: mail }",
            "queues is no list with something in it"
        ),
        ("rabbitmq: { prometheus: 'http://h/', vhost: '' }", "vhost is empty"),
    ]) func `a fault, and what to write instead`(_ text: String, _ reason: String) {
        let errors = errors(text)
        #expect(
            errors.count == 1 && errors[0].contains(reason) && errors[0].hasPrefix("w.yaml:2:"),
            "\(errors)")
        #expect(!errors.joined().contains("S3CRET"))
    }
}

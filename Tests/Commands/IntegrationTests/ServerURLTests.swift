import HostTesting
import ServerTesting
import Testing

/// The URLs that commands ask: those on the command line, and those that a server's redirects lead to.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerURLTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "groups: [{ name: some, rules: [{ record: \"own:up:one\", expr: \"vector(1)\" }] }]\n", to: "rules.yml")
    }

    private func check(_ url: String, _ options: [String] = []) async throws -> Command {
        try await Command.runApart(Executables.apus, ["check", "--prometheus", url, folder.path("rules.yml")] + options)
    }

    @Test(arguments: ["99999", "99999999999999999999", "0"])
    func `a port that no connection can go to is refused in words`(port: String) async throws {
        for options in [
            ["check", "--prometheus", "http://127.0.0.1:\(port)", folder.path("rules.yml")],
            ["check", "--agent", "http://127.0.0.1:\(port)"], ["load", "--url", "http://127.0.0.1:\(port)"],
        ] {
            let answer = try await Command.runApart(Executables.apus, options)
            #expect(answer.status == 1, "\(options): \(answer.text)")
            #expect(answer.errors.contains("has no port from 1 to 65535 behind the colon"), "\(options): \(answer.errors)")
        }
        let probe = try await Command.runApart(Executables.apus, ["probe", "http://127.0.0.1:\(port)/"])
        #expect(probe.status == 1 && probe.errors.contains("this is no URL of HTTP"), "\(probe.errors)")
    }

    /// An nginx whose paths lead to others, of this server and of one that takes no header `Authorization`.
    private func redirecting() throws -> (nginx: NginxServer, url: String) {
        let (port, other) = (try LoopbackPort.free(), try LoopbackPort.free())
        let found = #"{"status":"success","data":{"resultType":"vector","result":[{}]}}"#
        let nginx = try NginxServer(port: port) { folder in
            """
            pid \(folder.path("nginx.pid"));
            events {}
            http {
              access_log off;
              default_type application/json;
              \(NginxServer.temporaryPaths(in: folder))
              server {
                listen 127.0.0.1:\(port);
                location /far { return 302 http://127.0.0.1:99999/; }
                location /farther { return 302 "http://operator:secret@127.0.0.1:99999999999999999999/?token=secret"; }
                location /circle { return 302 $request_uri; }
                location ~ ^/long(/.*)$ { return 302 /long/on$1; }
                location /file { return 302 ftp://127.0.0.1/; }
                location ~ ^/near(/.*)$ { return 307 /here$1$is_args$args; }
                location ~ ^/other(/.*)$ { return 307 http://127.0.0.1:\(other)$1$is_args$args; }
                location /here { if ($http_authorization != "Bearer some") { return 401; } return 200 '\(found)'; }
                location /notifications { return 307 http://127.0.0.1:99999/; }
              }
              server {
                listen 127.0.0.1:\(other);
                location / { if ($http_authorization) { return 403; } return 200 '\(found)'; }
              }
            }
            """
        }
        return (nginx, "http://127.0.0.1:\(port)")
    }

    @Test func `redirects are followed as far as they lead to a server, and not with who asks to another one`() async throws {
        let (nginx, url) = try redirecting()
        defer { nginx.stop() }
        for path in ["near", "other"] {
            let answer = try await check("\(url)/\(path)", ["--header", "Authorization: Bearer some"])
            #expect(answer.status == 0 && answer.output.contains("1 queries: 1 find something"), "\(path): \(answer.text)")
        }
        for (path, told) in [
            ("far", "it redirects to “http://127.0.0.1:99999/”, which has no port from 1 to 65535 behind the colon"),
            ("farther", "it redirects to another place, which has no port from 1 to 65535"),
            ("circle", "where it was asked before: a circle without an end"),
            ("long", "which is one redirect more than 10"), ("file", "“ftp://127.0.0.1/”, which is no URL of HTTP"),
        ] {
            let answer = try await check("\(url)/\(path)")
            #expect(answer.status == 1 && answer.errors.contains(told), "\(path): \(answer.text)")
            #expect(answer.errors.hasPrefix("Error: \(url)/\(path) cannot be asked"), "\(answer.errors)")
            #expect(!answer.errors.contains("secret") && answer.errors.contains("give the URL that it answers at"))
        }
        let agent = try await Command.runApart(Executables.apus, ["check", "--agent", "\(url)/far"])
        #expect(agent.status == 1 && agent.errors.contains("it redirects to “http://127.0.0.1:99999/”"), "\(agent.text)")
        try folder.write("follow_redirects: false\n", to: "http.yml")
        let still = try await check("\(url)/far", ["--http-config", folder.path("http.yml")])
        #expect(still.status == 1 && still.errors.contains("answers with status 302"), "\(still.text)")
    }

    @Test func `a load test goes where it was aimed at and to no redirect`() async throws {
        let (nginx, url) = try redirecting()
        defer { nginx.stop() }
        let answer = try await Command.runApart(
            Executables.apus, ["load", "--url", url, "--rate", "5", "--duration", "1s", "--settle", "1s"])
        #expect(answer.status == 1 && answer.output.contains("status 307"), "\(answer.text)")
    }
}

import AgentMetrics
import ApusAgent
import ApusLinux
import ApusText
import CLinux
import Foundation
import Glibc
import HostTesting
import Testing

@Suite struct `A place to listen at` {
    @Test func `has a path that is as long for who describes it as for who makes it`() {
        #expect(AgentLimits.socketPathBytes == SocketFile.longestPath)
    }

    private static func addresses(_ texts: [String]) throws -> [ListenPlace] {
        var places: [ListenPlace] = []
        for text in texts { places.append(try ListenPlace(text, besides: places)) }
        return places
    }

    @Test(
        arguments: [
            ("unix:/run/apus/http.sock", "/run/apus/http.sock", 0o660, nil), ("unix:///run/a b", "/run/a b", 0o660, nil),
            ("unix:/a mode=0666", "/a", 0o666, nil), ("unix:/a  group=0 mode=600", "/a", 0o600, 0),
            ("unix:/a group=root", "/a", 0o660, 0),
        ] as [(String, String, UInt32, UInt32?)])
    func `is a Unix socket with those who may connect`(text: String, path: String, mode: UInt32, group: UInt32?) throws {
        #expect(try ListenPlace(text).kind == .socket(path: path, SocketFile.Access(mode: mode, group: group)))
    }

    @Test(
        arguments: [
            ("unix:run/a.sock", .path), ("unix:", .path), ("unix://run/a.sock", .path), ("unix:@name", .path),
            ("unix:/\(String(repeating: "x", count: 107))", .tooLong), ("unix:/a mode=66", .mode("66")),
            ("unix:/a mode=0666 mode=0600", .repeated("mode")), ("unix:/a group=0 mode=0660 group=0", .repeated("group")),
            ("unix:/a mode=1777", .mode("1777")), ("unix:/a mode=rw-", .mode("rw-")), ("unix:/a mode=0444", .closed("0444")),
            ("unix:/a group=no-such-group", .group("no-such-group")), ("unix:/a group=4294967295", .group("4294967295")),
            ("unix:/a user=root", .setting("user")), ("0.0.0.0:99999", .address(.notPort("99999"))),
            ("9480", .address(.noPort)), ("https://127.0.0.1:9480/", .url("127.0.0.1:9480")), ("http://", .url("")),
        ] as [(String, ListenPlaceFault)])
    func `that is none is refused with what to write`(text: String, fault: ListenPlaceFault) {
        #expect(throws: fault) { try ListenPlace(text) }
    }

    @Test(arguments: [
        ["127.0.0.1:9480", "127.0.0.1:9480"], ["*:9480", "127.0.0.1:9480"], ["[::1]:9480", ":9480"],
        ["0.0.0.0:9480", "10.0.0.1:9480"], ["[::]:9480", "0.0.0.0:9480"], ["localhost:9480", "127.0.0.1:9480"],
        ["[::1]:9480", "LOCALHOST:9480"], ["0.0.0.0:9480", "localhost:9480"], ["[0:0::1]:9480", "[::1]:9480"],
        ["127.0.0.1:9480", "[::ffff:127.0.0.1]:9480"], ["web1:9480", "WEB1:9480"], ["web1:9480", "*:9480"],
        ["unix:/a", "unix:/a mode=0600"], ["127.0.0.1:0", "127.0.0.1:0"],
    ])
    func `that takes what comes to another one is refused`(texts: [String]) {
        #expect(throws: ListenPlaceFault.overlap(texts[0])) { try Self.addresses(texts) }
    }

    @Test(arguments: [
        ["127.0.0.1:9480", "[::1]:9480"], ["*:9480", "127.0.0.1:9481"], ["0.0.0.0:9480", "[::1]:9480"],
        ["[fe80::1%eth0]:9480", "[fe80::1%eth1]:9480"], ["web1:9480", "web2:9480"], ["unix:/a", "unix:/b", "127.0.0.1:9480"],
    ])
    func `stands beside others`(texts: [String]) throws {
        #expect(try Self.addresses(texts).map(\.description) == texts)
    }

    // MARK: - Agents

    private static func curl(_ path: String, _ page: String, as uid: Int = 0, _ options: [String] = []) throws -> String {
        let arguments = ["-s", "-m", "10", "--unix-socket", path] + options + ["http://localhost\(page)"]
        return try uid == 0
            ? Command.run("curl", arguments).output
            : Command.run("setpriv", ["--reuid=\(uid)", "--regid=\(uid)", "--clear-groups", "curl"] + arguments).output
    }

    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }

    @Test func `is one of several, and an agent answers at each`() async throws {
        let folder = try TemporaryFolder()
        let ports = try LoopbackPort.free(2)
        let places = [
            "unix:\(folder.path("a.sock"))", "127.0.0.1:\(ports[0])", "localhost:\(ports[1])",
            "unix:\(folder.path("b.sock")) mode=0600",
        ]
        try await RunningAgent.with {
            $0.listen = (try? Self.addresses(places)) ?? []
        } _: { agent in
            #expect(agent.port == ports[0])
            for name in ["a.sock", "b.sock"] { #expect(try Self.curl(folder.path(name), "/health/live") == "live\n") }
            #expect(Self.mode(folder.path("a.sock")) == S_IFSOCK | 0o660)
            #expect(Self.mode(folder.path("b.sock")) == S_IFSOCK | 0o600)
            for host in ["127.0.0.1:\(ports[0])", "127.0.0.1:\(ports[1])", "[::1]:\(ports[1])", "localhost:\(ports[1])"] {
                #expect(try Command.run("curl", ["-s", "http://\(host)/health/live"]).output == "live\n", "\(host)")
            }
            let metrics = try Self.curl(
                folder.path("a.sock"), "/metrics", ["-H", "Accept: application/openmetrics-text;version=1.0.0"])
            #expect(metrics.hasSuffix("# EOF\n"))
        }
        #expect(Self.mode(folder.path("a.sock")) == nil && Self.mode(folder.path("b.sock")) == nil)
    }

    @Test func `knows its clients by their users, and lets in whom its mode does`() async throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o755)
        let (closed, open, reports) = (folder.path("closed.sock"), folder.path("open.sock"), folder.path("reports.sock"))
        try await RunningAgent.with {
            $0.listen = (try? Self.addresses(["unix:\(closed)", "unix:\(open) mode=0666"])) ?? []
            $0.reportListen = (try? Self.addresses(["unix:\(reports) group=65534"])) ?? []
        } _: { agent in
            #expect(agent.port == 0 && agent.reportPort == nil)
            let refused = try Self.curl(closed, "/health/live", as: 65_534)
            #expect(refused == "")
            #expect(try Self.curl(open, "/health/live", as: 65_534) == "live\n")
            let post = ["-X", "POST", "-o", "/dev/null", "-w", "%{http_code}"]
            #expect(try Self.curl(open, "/-/reload", as: 65_534, post) == "403")
            #expect(try Self.curl(open, "/-/reload", post) == "200")
            let put = ["-X", "PUT", "--data-binary", "x 1\n", "-o", "/dev/null", "-w", "%{http_code}"]
            #expect(try Self.curl(reports, "/v1/report/shop/shop-1", as: 65_534, put) == "204")
            // The name is that user's.
            #expect(try Self.curl(reports, "/v1/report/shop/shop-1", put) == "403")
            #expect(try Self.curl(open, "/metrics").contains("\nx{service=\"shop\",instance=\"shop-1\"} 1\n"))
        }
    }

    private static func start(at path: String, socketPath: String = RunningAgent.temporarySocket()) async throws {
        try await RunningAgent.with({ $0.listen = [ListenPlace(socket: path)] }, socketPath: socketPath) { _ in
            let answer = try curl(path, "/health/live")
            #expect(answer == "live\n")
        }
    }

    @Test func `replaces the file of a dead agent, and no other one`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("http.sock")
        let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try #require(apus_unix_bind(dead, path) == 0)
        close(dead)
        try await Self.start(at: path)
        #expect(Self.mode(path) == nil)
        // A living one, of packets too.
        for type in [SOCK_STREAM, SOCK_SEQPACKET] {
            let living = socket(AF_UNIX, Int32(type.rawValue), 0)
            try #require(apus_unix_bind(living, path) == 0 && listen(living, 1) == 0)
            let error = await #expect(throws: AgentError.self) { try await Self.start(at: path) }
            #expect(error?.description.contains("another agent answers on \(path)") == true)
            #expect(error?.description.contains("--listen") == true)
            #expect(Self.mode(path).map { $0 & S_IFMT } == S_IFSOCK)
            close(living)
            unlink(path)
        }
        try folder.write("precious", to: "file")
        symlink(folder.path("gone"), path)
        for (name, kind) in [("file", "a file"), ("http.sock", "a symbolic link"), (".", "a folder")] {
            let error = await #expect(throws: AgentError.self) { try await Self.start(at: folder.path(name)) }
            #expect(error?.description.contains("is \(kind): name a file") == true, "\(error?.description ?? "")")
        }
        #expect(try folder.read("file") == "precious")
        let error = await #expect(throws: AgentError.self) { try await Self.start(at: folder.path("none/http.sock")) }
        #expect(error?.description.contains("there is no folder \(folder.path("none")): make it") == true)
    }

    @Test func `that another one has taken meanwhile stays where it is`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("http.sock")
        try await RunningAgent.with({ $0.listen = [ListenPlace(socket: path)] }) { _ in
            // Not the same inode anew.
            try folder.write("", to: "in-between")
            unlink(path)
            try folder.write("another's", to: "http.sock")
        }
        #expect(try folder.read("http.sock") == "another's")
    }
}

import Foundation
import Glibc
import HostTesting
import Testing

/// Who of this host's users may speak for which service, with processes of real users.
@Suite(.serialized, .timeLimit(.minutes(3))) struct ReporterTrustTests {
    private let folder: TemporaryFolder
    private let agent: RunningProgram
    /// Users and groups that every Debian has.
    private static let daemon = "1"
    private static let nobody = "65534"

    private static func file(takeover: Bool = false) -> String {
        """
        trust:
          reload: { users: [daemon], groups: [games] }
          reports:
            - { service: formats, users: [daemon], groups: [mail], takeover: \(takeover) }
            - { service: shop-*, instance: '*-1', groups: ['60'] }
            - { service: closed, users: [] }
        """
    }

    init() async throws {
        folder = try TemporaryFolder()
        agent = try await Self.agent(in: folder, Self.file(), sockets: "mode=0666")
        chmod(folder.path("agent.sock"), 0o666)
    }

    /// - Parameter sockets: who may connect to those over HTTP.
    private static func agent(in folder: TemporaryFolder, _ file: String, sockets: String) async throws -> RunningProgram {
        chmod(folder.path, 0o755)
        try folder.write(file, to: "agent.yaml")
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(try LoopbackPort.free())", "--listen", "unix:\(folder.path("http.sock")) \(sockets)",
                "--report-listen", "unix:\(folder.path("report.sock")) \(sockets)", "--socket", folder.path("agent.sock"),
                "--config", folder.path("agent.yaml"), "--journal", "off", "--interval", "1s", "--log", "stderr",
            ])
        let place = "address=unix:\(folder.path("http.sock"))"
        try await eventually("the agent listens: \(agent.errors)") { agent.errors.contains(place) }
        return agent
    }

    private func setpriv(_ uid: String, _ gid: String, _ groups: String? = nil) -> [String] {
        ["--reuid=\(uid)", "--regid=\(gid)", groups.map { "--groups=\($0)" } ?? "--clear-groups"]
    }

    /// The status of a request over a Unix socket, and the answer's text behind it.
    private func ask(
        _ uid: String, _ gid: String, _ socket: String, _ path: String, _ options: [String] = []
    ) async throws -> String {
        try await Command.runApart(
            "setpriv",
            setpriv(uid, gid) + ["curl", "-sS", "-m", "10", "-w", " %{http_code}", "--unix-socket", folder.path(socket)]
                + options + ["http://localhost\(path)"]
        ).output
    }

    private func report(_ uid: String, _ gid: String, _ name: String) async throws -> String {
        try await ask(
            uid, gid, "report.sock", "/v1/report/\(name)",
            ["-X", "PUT", "-H", "Content-Type: text/plain", "--data-binary", "# TYPE jobs_total counter\njobs_total 1\n"])
    }

    private func value(_ series: String) async throws -> String? {
        let page = try await Command.runApart(
            "curl", ["-sS", "-m", "20", "--unix-socket", folder.path("http.sock"), "http://localhost/metrics"])
        return page.output.split(separator: "\n").first { $0.hasPrefix(series + " ") }?.split(separator: " ").last.map(
            String.init)
    }

    @Test func `over HTTP a service is reported by its users and groups alone`() async throws {
        #expect(try await report(Self.daemon, Self.daemon, "formats/a").hasSuffix(" 204"))
        #expect(try await report(Self.nobody, "8", "formats/b").hasSuffix(" 204"), "by the group mail")
        #expect(try await report(Self.nobody, "60", "shop-a/x-1").hasSuffix(" 204"), "by the number of games")
        for (uid, gid, name) in [
            (Self.nobody, Self.nobody, "formats/c"), ("0", "0", "formats/c"), (Self.daemon, Self.daemon, "shop-a/y-1"),
            (Self.daemon, Self.daemon, "closed/x"), ("0", "0", "closed/x"),
        ] {
            let answer = try await report(uid, gid, name)
            #expect(answer.hasSuffix(" 403") && answer.contains("agent.yaml:"), "\(uid) \(name): \(answer)")
        }
        // What no pattern has is whoever's comes first, as before.
        #expect(try await report(Self.nobody, Self.nobody, "shop-a/x-2").hasSuffix(" 204"))
        #expect(try await value("apus_agent_reports_refused_total{reason=\"name\"}") == "5")
        agent.stop()
    }

    @Test func `a name that the file gives to another user over HTTP is that one's at once`() async throws {
        #expect(try await report(Self.daemon, Self.daemon, "formats/a").hasSuffix(" 204"))
        // Both may report it: the one who did first has it while that lives.
        let waits = try await report(Self.nobody, "8", "formats/a")
        #expect(waits.hasSuffix(" 403") && waits.contains("180 s"), "\(waits)")
        #expect(waits.contains("reported over HTTP by a process of uid 1"), "\(waits)")
        try folder.write(Self.file().replacing("users: [daemon], groups: [mail]", with: "users: [nobody]"), to: "agent.yaml")
        #expect(try await ask("0", "0", "http.sock", "/-/reload", ["-X", "POST"]).hasSuffix(" 200"))
        #expect(try await report(Self.daemon, Self.daemon, "formats/a").hasSuffix(" 403"))
        #expect(try await report(Self.nobody, Self.nobody, "formats/a").hasSuffix(" 204"))
        agent.stop()
    }

    @Test func `reloading is for root, the agent's user and whom the file names`() async throws {
        for (uid, gid, status) in [
            ("0", "0", "200"), ("1", "1", "200"), ("65534", "60", "200"), ("65534", "65534", "403"), ("65534", "8", "403"),
        ] {
            let answer = try await ask(uid, gid, "http.sock", "/-/reload", ["-X", "POST"])
            #expect(answer.hasSuffix(" \(status)"), "\(uid) \(gid): \(answer)")
        }
        try folder.write(Self.file().replacing("users: [daemon], groups: [games]", with: "users: []"), to: "agent.yaml")
        #expect(try await ask("1", "1", "http.sock", "/-/reload", ["-X", "POST"]).hasSuffix(" 200"))
        #expect(try await ask("1", "1", "http.sock", "/-/reload", ["-X", "POST"]).hasSuffix(" 403"))
        agent.stop()
    }

    /// As the units have it: owner and group may connect, who else is on the host may not.
    @Test
    func `who is outside of the sockets' group can neither report nor reload, and who is inside speaks for no other's service`()
        async throws
    {
        agent.stop()
        let games = "60"
        let file = """
            trust:
              reload: { users: [daemon] }
              reports:
                - { service: formats, users: [daemon] }
                - { service: shop-*, users: [nobody] }
            """
        let agent = try await Self.agent(in: folder, file, sockets: "mode=0660 group=games")
        defer { agent.stop() }
        chown(folder.path("agent.sock"), 0, 60)
        chmod(folder.path("agent.sock"), 0o660)
        let (reporting, up) = (Executables.reportingService, "apus_service_up{service=\"formats\",instance=\"formats-1\"}")
        // Two users who are in no group but their own, of whom the file names one; root may connect to everything.
        for uid in [Self.nobody, Self.daemon] {
            for (socket, path) in [
                ("report.sock", "/v1/report/shop-a/x"), ("http.sock", "/-/reload"), ("http.sock", "/metrics"),
            ] {
                let made = try await Command.runApart(
                    "setpriv",
                    setpriv(uid, uid) + [
                        "curl", "-sS", "-m", "10", "-X", "POST", "--unix-socket", folder.path(socket),
                        "http://localhost\(path)",
                    ])
                #expect(made.status == 7 && made.output.isEmpty, "\(uid) \(path): \(made.text)")
            }
            let made = try await connect(uid, uid, "agent.sock")
            #expect(made.contains("PermissionError"), "\(uid): \(made)")
        }
        // The same two in the group.
        #expect(try await connect(Self.nobody, games, "agent.sock") == "connected\n")
        #expect(try await report(Self.nobody, games, "shop-a/x").hasSuffix(" 204"))
        #expect(try await report(Self.nobody, games, "formats/x").hasSuffix(" 403"))
        #expect(try await report(Self.daemon, games, "formats/x").hasSuffix(" 204"))
        #expect(try await report(Self.daemon, games, "shop-a/x").hasSuffix(" 403"))
        #expect(try await ask(Self.nobody, games, "http.sock", "/-/reload", ["-X", "POST"]).hasSuffix(" 403"))
        #expect(try await ask(Self.daemon, games, "http.sock", "/-/reload", ["-X", "POST"]).hasSuffix(" 200"))
        let stranger = try RunningProgram(
            "setpriv", setpriv(Self.nobody, games) + [reporting, folder.path("agent.sock")])
        try await eventually("it is refused: \(agent.errors)") {
            agent.errors.contains("formats/formats-1 is reported by uid 1, as") && agent.errors.contains("uid 65534")
        }
        #expect(try await value(up) == nil)
        stranger.stop()
        let owner = try RunningProgram("setpriv", setpriv(Self.daemon, games) + [reporting, folder.path("agent.sock")])
        try await eventually("it is served: \(agent.errors)") { try await value(up) == "1" }
        owner.stop()
    }

    /// What comes of connecting to a socket of packets.
    private func connect(_ uid: String, _ gid: String, _ socket: String) async throws -> String {
        let script =
            "import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(sys.argv[1]); print('connected')"
        return try await Command.runApart(
            "setpriv", setpriv(uid, gid) + ["/usr/bin/python3", "-c", script, folder.path(socket)]
        ).text
    }

    @Test func `a service that reports in a segment is its users' and groups', and of two that live the first is`() async throws
    {
        func service(_ uid: String, _ gid: String, _ groups: String? = nil) throws -> RunningProgram {
            try RunningProgram(
                "setpriv", setpriv(uid, gid, groups) + [Executables.reportingService, folder.path("agent.sock")])
        }
        let up = "apus_service_up{service=\"formats\",instance=\"formats-1\"}"
        let stranger = try service(Self.nobody, Self.nobody)
        try await eventually("it is refused: \(agent.errors)") {
            agent.errors.contains("formats/formats-1 is reported by uid 1, gid 8, as") && agent.errors.contains("uid 65534")
        }
        #expect(try await value(up) == nil)
        stranger.stop()
        // By a group beside its first.
        let first = try service(Self.nobody, Self.nobody, "8")
        try await eventually("it is served: \(agent.errors)") { try await value(up) == "1" }
        let second = try service(Self.daemon, Self.daemon)
        try await eventually("the second one is refused") {
            agent.errors.contains("is reported by process \(first.pid) of uid 65534, which lives")
        }
        #expect(first.isRunning && second.isRunning)
        // Told to, the later one takes it over, and the former one does not take it back.
        try folder.write(Self.file(takeover: true), to: "agent.yaml")
        agent.signal(SIGHUP)
        try await eventually("it is taken over: \(agent.errors)") {
            agent.errors.contains("formats/formats-1 was taken over by process \(second.pid) of uid 1")
        }
        try await eventually("the former one is refused") {
            agent.errors.contains("is reported by process \(second.pid) of uid 1, which lives")
        }
        #expect(try await value(up) == "1")
        // Nor does anybody else end what daemon reports over HTTP.
        #expect(try await report(Self.daemon, Self.daemon, "formats/h").hasSuffix(" 204"))
        #expect(
            try await ask(Self.nobody, Self.nobody, "report.sock", "/v1/report/formats/h", ["-X", "DELETE"]).hasSuffix(" 403"))
        #expect(try await value(#"apus_service_up{service="formats",instance="h"}"#) == "1")
        #expect(
            try await ask(Self.daemon, Self.daemon, "report.sock", "/v1/report/formats/h", ["-X", "DELETE"]).hasSuffix(" 204"))
        let count = agent.errors.components(separatedBy: "was taken over by").count - 1
        #expect(count == 1)
        for one in [first, second] { one.stop() }
        agent.stop()
    }

    @Test func `what is wrong below trust is said with its place`() async throws {
        try folder.write(
            """
            trust:
              reload: {}
              report: []
              reports:
                - { users: [4294967295, no-such-user], takeover: maybe }
                - service: x
            """, to: "wrong.yaml")
        let check = try await Command.runApart(Executables.agent, ["check-config", folder.path("wrong.yaml")])
        for fault in [
            ":2:11: users and groups are missing", ":3:3: “report” is no key of trust: write reports",
            ":5:7: service is missing",
            ":5:17: “4294967295” is no number of a user", ":5:54: takeover is “maybe”", ":6:7: users and groups are missing",
        ] { #expect(check.errors.contains(fault), "\(fault)\n\(check.errors)") }
        try folder.write("trust: { reports: [{ service: x, users: [no-such-user] }] }", to: "right.yaml")
        let right = try await Command.runApart(Executables.agent, ["check-config", folder.path("right.yaml")])
        #expect(right.status == 0 && right.output.contains("there is no user “no-such-user” on this host"), "\(right.text)")
        agent.stop()
    }
}

import Foundation
import Glibc
import HostTesting

/// An agent with a web configuration beside certificates of two authorities, and what curl makes of it.
final class SecuredAgent: Sendable {
    /// Clients in Python: the file takes a name and its arguments.
    static let clients = Executables.repository + "Tests/Commands/IntegrationTests/Trust/clients.py"

    let folder: TemporaryFolder
    let certificates: TestCertificates
    let port: Int
    let reports: Int
    let program: RunningProgram

    /// Passwords and their hashes; with as few rounds as bcrypt takes, but for the first.
    static let users = """
        basic_auth_users:
          alice: \(hash("open sesame", cost: 6, as: "2y"))
          bob: \(hash("p:ä", cost: 4, as: "2b"))
          carol: \(hash("", cost: 4, as: "2a"))
        """

    /// Makes a hash by another implementation than the agent's own, where there is one: Python's crypt is that of glibc's distribution.
    static func hash(_ password: String, cost: Int, as kind: String) -> String {
        let script =
            "import crypt, sys; print(crypt.crypt(sys.argv[1], '$%s$%02d$' % (sys.argv[2], int(sys.argv[3])) + 'abcdefghijklmnopqrstuu'))"
        let made = try? Command.run("python3", ["-W", "ignore", "-c", script, password, kind, "\(cost)"])
        return made?.output.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    }

    init(_ web: String, options: [String] = []) async throws {
        folder = try TemporaryFolder()
        certificates = TestCertificates(in: folder)
        try certificates.make(
            "authority",
            signing: [
                ("server", "IP:127.0.0.1,DNS:localhost"),
                ("client", "DNS:one.test,IP:192.0.2.7,IP:2001:db8::7,email:one@client.test,URI:spiffe://client.test/one"),
                ("nameless", ""),
            ])
        try certificates.make("stranger", signing: [("foreign", "DNS:one.test")])
        try folder.write(web, to: "web.yml")
        (port, reports) = (try LoopbackPort.free(), try LoopbackPort.free())
        program = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--listen", "unix:\(folder.path("http.sock")) mode=0666", "--report-listen",
                "127.0.0.1:\(reports)", "--socket", folder.path("agent.sock"), "--web-config", folder.path("web.yml"),
                "--journal", "off", "--interval", "1s", "--log", "stderr",
            ] + options)
        // Others than the agent's user come to its socket too.
        chmod(folder.path, 0o755)
        let agent = program
        let port = port
        try await eventually("the agent listens: \(agent.errors)") {
            guard agent.isRunning else { throw Failure("the agent ended: \(agent.errors)") }
            return LoopbackPort.answers(port)
        }
    }

    func stop() async throws {
        program.signal(SIGTERM)
        _ = try await program.wait(.seconds(20))
    }

    /// What a client gets.
    struct Answer {
        /// 0 where there was none.
        let status: Int
        /// The head and the body.
        let text: String
        /// How curl ended, and what it said.
        let exit: Int32
        let errors: String
    }

    /// Asks by curl, which knows the authority.
    ///
    /// - Parameters:
    ///   - certificate: the client's name.
    ///   - user: `USER:PASSWORD`.
    func curl(
        _ path: String = "/metrics", scheme: String = "https", port: Int? = nil, certificate: String? = nil,
        user: String? = nil, _ options: [String] = []
    ) async throws -> Answer {
        var arguments = ["-sS", "-m", "20", "--cacert", certificates.certificate("authority"), "-i"]
        if let certificate {
            arguments += ["--cert", certificates.certificate(certificate), "--key", certificates.key(certificate)]
        }
        if let user { arguments += ["--basic", "-u", user] }
        let made = try await Command.runApart(
            "curl", arguments + options + ["\(scheme)://127.0.0.1:\(port ?? self.port)\(path)"])
        let status = made.output.split(separator: "\r\n").last { $0.hasPrefix("HTTP/") }?.split(separator: " ").dropFirst()
            .first
        return Answer(
            status: status.flatMap { Int($0) } ?? 0, text: made.output, exit: made.status, errors: made.errors)
    }

    /// The agent's own counts, as root reads them over the Unix socket, where nobody is asked for a password.
    func value(_ series: String) async throws -> Double? {
        let page = try await Command.runApart(
            "curl", ["-sS", "-m", "20", "--unix-socket", folder.path("http.sock"), "http://localhost/metrics"])
        return page.output.split(separator: "\n").first { $0.hasPrefix(series + " ") }?.split(separator: " ").last.flatMap {
            Double($0)
        }
    }

    func denied(_ reason: String) async throws -> Double? {
        try await value("apus_agent_http_denied_total{reason=\"\(reason)\"}")
    }
}

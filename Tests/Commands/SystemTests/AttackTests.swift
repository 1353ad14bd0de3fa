import Foundation
import HostTesting
import Testing

/// Agent, API and workers under their real units, with all that hostile neighbours do to them at once, and an honest client each second.
///
/// Beside other tests it is short, and an honest request has the time that clients wait. `make attack` has the machine for itself, two
/// minutes (`APUS_ATTACK_SECONDS`), and wants each answer soon (`APUS_ATTACK_MILLISECONDS`).
@Suite struct `Under attack` {
    private struct Answer: CustomStringConvertible {
        let status: String
        let milliseconds: Int
        /// What of these the client itself waited for a processor, which is not the server's.
        let clientWait: Int
        let isComplete: Bool

        var serverMilliseconds: Int { milliseconds - clientWait }
        var description: String {
            "\(status) after \(milliseconds) ms, \(clientWait) of them the client's\(isComplete ? "" : ", incomplete")"
        }
    }

    private static let agent = "apus-agent.service"
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["APUS_ATTACK_SECONDS"].flatMap { Int($0) } ?? 10
    private static let longest = environment["APUS_ATTACK_MILLISECONDS"].flatMap { Int($0) } ?? 10_000
    /// Of the agent's unit: as it is generated, and, where there is time, with fewer descriptors than attackers ask for.
    private static let settings = environment["APUS_ATTACK_SECONDS"] == nil ? [[]] : [[], ["[Service]", "LimitNOFILE=1024"]]
    private let fleet: FleetHost
    private var host: BootedHost { fleet.host }

    init() throws {
        fleet = try FleetHost()
        try FileManager.default.copyItem(atPath: BuiltProgram.path("attacker"), toPath: "\(host.root)/usr/bin/attacker")
    }

    private func startFleet() throws {
        try fleet.run(["systemctl", "enable", "--quiet", "apus.target"])
        try fleet.run(["systemctl", "start", "apus.target"])
    }

    @Test(arguments: settings)
    func `the agent answers each scrape, is not restarted, and gives back what attackers made it take`(settings: [String])
        throws
    {
        try fleet.configure(Self.agent, settings)
        let requests = ["slow-headers", "idle", "silent", "pipelining", "never-read", "churn", "nonsense"]
        try withAgentAttacked(requests) { answers in judge(answers, longest: Self.longest) }
    }

    /// Who reads what it asks for has its part of the agent's time, as every peer has, so that each answer takes longer.
    @Test func `the agent answers each scrape beside clients that ask for all they can get`() throws {
        try withAgentAttacked(["slow-read", "scrapes", "pages"]) { answers in judge(answers, longest: Self.longest * 5) }
    }

    /// Attacks the agent by its report socket and by HTTP, with an honest scrape each second, and sees it become what it was.
    private func withAgentAttacked(_ requests: [String], _ judge: ([Answer]) -> Void) throws {
        try startFleet()
        try limitMemory(of: Self.agent)
        try weighProcessors(of: Self.agent)
        _ = try scrapes(port: 9480, path: "/metrics", containing: #"instance="worker-5""#, seconds: 3)
        let before = try resident(Self.agent)
        let reports = [
            "holes", "overlapping-texts", "long-labels", "families", "series", "names", "connections", "lingering", "nonsense",
        ]
        try start(reports.map { ["report", "/run/apus/agent.sock", $0] } + requests.map { ["http", "9480", $0] })
        judge(try scrapes(port: 9480, path: "/metrics", containing: #"instance="worker-5""#, seconds: Self.seconds))
        try fleet.run(["systemctl", "stop", "attack*"])
        var after = 0
        // What has ended is kept for half a minute, and forgotten at a turn of the sampling loop.
        let isBack = try comesTrue(within: .seconds(90)) {
            _ = try scrapes(port: 9480, path: "/metrics", containing: "", seconds: 1)
            after = try resident(Self.agent)
            return after <= before + 10 << 20
        }
        #expect(isBack, "resident \(before >> 10) kB before, \(after >> 10) kB after")
        // Whoever attacks is told from others on the same address.
        #expect(try fleet.run(["journalctl", "--unit", Self.agent, "--output=export"]).contains("over TCP"))
        let states = try fleet.properties(["NRestarts", "ActiveState"], of: [Self.agent])
        #expect(states == [["NRestarts": "0", "ActiveState": "active"]], "\(ends(of: Self.agent))")
    }

    @Test func `API and workers serve the honest, and nobody is restarted, delivered to twice or forgotten`() throws {
        try startFleet()
        for unit in FleetHost.services {
            try limitMemory(of: unit)
            try weighProcessors(of: unit)
        }
        try fleet.run([
            "systemd-run", "--quiet", "--unit=honest", "--property=StandardOutput=file:/run/delivered", "/usr/bin/attacker",
            "\(Self.seconds + 600)", "receive", "8099", "honest",
        ])
        // What a service takes at work, and not before its first request.
        var accepted = 100
        try enqueue(accepted, to: 8099)
        _ = try scrapes(port: 3001, path: "/health/ready", containing: "pass", seconds: 3)
        let before = try FleetHost.services.map(resident)
        let receivers = ["impossible-status", "informational", "hanging", "endless", "closing"]
        let requests = ["slow-headers", "idle", "silent", "bodies", "churn", "nonsense"].map { ["http", "3001", $0] }
        try start(receivers.enumerated().map { ["receive", "\(8100 + $0)", $1] } + requests)
        // To each hostile receiver as many as the workers have slots, and then the honest ones behind them.
        for number in receivers.indices { try enqueue(200, to: 8100 + number) }
        let end = ContinuousClock.now + .seconds(Self.seconds)
        var answers: [Answer] = []
        while ContinuousClock.now < end {
            answers += try scrapes(port: 3001, path: "/health/ready", containing: "pass", seconds: 5)
            // By the other API: it has the same database.
            try enqueue(10, to: 8099)
            accepted += 10
        }
        judge(answers, longest: Self.longest)
        var delivered: [Substring] = []
        let isDelivered = try comesTrue(within: .seconds(60)) {
            delivered = try String(contentsOfFile: "\(host.root)/run/delivered", encoding: .utf8).split(separator: "\n")
            return delivered.count >= accepted
        }
        let told =
            isDelivered
            ? ""
            : try fleet.run([
                "sqlite3", "-readonly", "/var/lib/apus/notifications.sqlite",
                "SELECT destination, status, count(*), max(attempts), max(last_error) FROM notifications GROUP BY 1, 2",
            ])
        #expect(isDelivered, "\(delivered.count) of \(accepted) delivered: \(told)")
        #expect(Set(delivered).count == delivered.count)
        try fleet.run(["systemctl", "stop", "attack*"])
        let states = try fleet.properties(["Id", "NRestarts", "ActiveState"], of: FleetHost.services)
        for state in states {
            #expect(
                state["NRestarts"] == "0" && state["ActiveState"] == "active",
                "\(state): \(ends(of: state["Id"] ?? ""))")
        }
        for (unit, before) in zip(FleetHost.services, before) {
            var after = 0
            let isBack = try comesTrue(within: .seconds(60)) {
                after = try resident(unit)
                // Threads keep some of the blocks that the burst had put anywhere, 7 to 10 MB of pages (docs/performance.md).
                return after <= before + 14 << 20
            }
            #expect(isBack, "\(unit): resident \(before >> 10) kB before, \(after >> 10) kB after")
            print("\(unit): resident \(before >> 10) kB before, \(after >> 10) kB after")
        }
    }

    /// What systemd and a crash say of a unit in its journal, of thousands of lines.
    private func ends(of unit: String) -> String {
        do {
            let lines = try fleet.run(["journalctl", "--unit", unit]).split(separator: "\n")
            let ends = lines.indices.filter { lines[$0].contains("systemd[") || lines[$0].contains("atal") }
            return ends.flatMap { lines[max(0, $0 - 5)..<min(lines.count, $0 + 30)] }.suffix(150).joined(separator: "\n")
        } catch {
            return "\(error)"
        }
    }

    private func judge(_ answers: [Answer], longest: Int) {
        #expect(answers.count >= Self.seconds / 12)
        let bad = answers.filter { $0.status != "200" || !$0.isComplete || $0.serverMilliseconds > longest }
        #expect(bad.isEmpty, "\(bad.count) of \(answers.count): \(bad)")
        let times = answers.map(\.milliseconds).sorted()
        let late = answers.max { $0.serverMilliseconds < $1.serverMilliseconds }
        print(
            "honest requests: \(times.count), median \(times[times.count / 2]) ms, longest \(times.last ?? 0) ms, of the server \(late?.serverMilliseconds ?? 0) ms"
        )
    }

    /// Starts attacks as a user that is nobody but of the group that may report.
    ///
    /// They are one session: the kernel divides the processors among sessions first, and what it leaves the attacked is not theirs to mend.
    private func start(_ attacks: [[String]]) throws {
        let commands = attacks.map { "/usr/bin/attacker \(Self.seconds + 30) \($0.joined(separator: " ")) &" }
        try fleet.run([
            "systemd-run", "--quiet", "--collect", "--unit=attack", "--uid=nobody", "--gid=apus", "--nice=19",
            "--property=LimitNOFILE=4096", "/bin/sh", "-c", (commands + ["wait"]).joined(separator: " "),
        ])
    }

    private func scrapes(port: Int, path: String, containing text: String, seconds: Int) throws -> [Answer] {
        try fleet.run(["/usr/bin/attacker", "\(seconds)", "scrape", "\(port)", path, text]).split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            return Answer(
                status: String(words[0]), milliseconds: Int(words[1]) ?? .max, clientWait: Int(words[3]) ?? 0,
                isComplete: words[2] == "complete")
        }
    }

    private func enqueue(_ count: Int, to port: Int) throws {
        let one = #"{"userId":"u1","channel":"webhook","title":"t","body":"b","webhookUrl":"http://127.0.0.1:\#(port)/"}"#
        try Data("[\(Array(repeating: one, count: count).joined(separator: ","))]".utf8)
            .write(to: URL(fileURLWithPath: "\(host.root)/run/batch.json"))
        try fleet.run([
            "curl", "--silent", "--show-error", "--fail", "--max-time", "10", "--output", "/dev/null", "--header",
            "Content-Type: application/json", "--data", "@/run/batch.json", "http://127.0.0.1:3002/notifications",
        ])
    }

    private func mainPID(_ unit: String) throws -> Int {
        try fleet.properties(["MainPID"], of: [unit]).first?["MainPID"].flatMap { Int($0) } ?? 0
    }

    /// The resident memory of a unit's process, in bytes.
    private func resident(_ unit: String) throws -> Int {
        let status = try String(contentsOfFile: "\(host.root)/proc/\(try mainPID(unit))/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return (Int(line.split(whereSeparator: \.isWhitespace)[1]) ?? 0) << 10
    }

    /// Gives a unit the part of the processors that its `CPUWeight` says; one that has none has that of a session, as attackers have.
    private func weighProcessors(of unit: String) throws {
        guard let weight = try fleet.properties(["CPUWeight"], of: [unit]).first?["CPUWeight"].flatMap({ Int($0) }) else {
            return
        }
        try host.weighProcessors(of: try mainPID(unit), by: weight)
    }

    /// Holds a unit to its `MemoryMax`, where the machine's memory controller is not the container's.
    private func limitMemory(of unit: String) throws {
        let limit = try #require(
            try fleet.properties(["MemoryMax"], of: [unit]).first?["MemoryMax"].flatMap { Int($0) }, "\(unit)")
        try host.limitMemory(of: try mainPID(unit), to: limit)
    }
}

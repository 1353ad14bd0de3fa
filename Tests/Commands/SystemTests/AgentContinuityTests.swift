import ApusMetrics
import Foundation
import HostTesting
import Testing

/// Start, sockets, watchdog, stored segments and reload of the agent, as a real systemd has them.
@Suite struct `The agent under systemd` {
    private static let agent = "apus-agent.service"
    private static let api = "apus-api@api-1.service"
    private static let command =
        "/usr/bin/apus-agent --socket /run/apus/agent.sock --interval 500ms --expect-file /etc/apus/agent.expect"
    private static let url = "http://127.0.0.1:9480/metrics"
    private let fleet: FleetHost

    init() throws { fleet = try FleetHost() }

    @Test func `starts when ready, keeps clients waiting, comes back when it hangs, forgets nothing and reloads`() throws {
        try startInTwoSteps()
        try portTaken()
        try scrapesOverRestarts()
        try hang()
        try killBesideASilentService()
        try killBesideADeadService()
        try reload()
    }

    /// The process stops itself before it becomes the agent: systemd must wait for it, and so must clients.
    private func startInTwoSteps() throws {
        try fleet.configure(
            Self.agent,
            ["[Service]", "ExecStart=", "ExecStart=/bin/sh -c 'kill -STOP $$$$; exec \(Self.command)'"])
        try fleet.run(["systemctl", "start", "apus-agent.socket"])
        for start in [["systemctl", "start", "--no-block", Self.agent], ["true"]] {
            try fleet.run([
                "systemd-run", "--quiet", "--collect", "--unit=scrape", "sh", "-c",
                "curl --silent --max-time 60 --output /run/scrape.txt --write-out '%{http_code}' \(Self.url) > /run/scrape.code",
            ])
            try fleet.run(start)
            // By the command, or by the client's connection alone.
            let stopped = try comesTrue(within: .seconds(30)) { try stat(try mainPID(Self.agent)) == "T" }
            #expect(stopped)
            #expect(try show("ActiveState", "SubState") == ["ActiveState": "activating", "SubState": "start"])
            #expect(try active("scrape.service") == "active")
            try fleet.run(["kill", "-CONT", "\(try mainPID(Self.agent))"])
            let isActive = try comesTrue(within: .seconds(30)) { try active(Self.agent) == "active" }
            #expect(isActive)
            let answered = try comesTrue(within: .seconds(30)) { try active("scrape.service") != "active" }
            #expect(answered)
            #expect(try fleet.run(["cat", "/run/scrape.code"]) == "200")
            #expect(try fleet.run(["cat", "/run/scrape.txt"]).contains("\(Self.up) 0"))
            try fleet.run(["systemctl", "stop", Self.agent])
            #expect(try active(Self.agent) == "inactive")
        }
        try fleet.configure(Self.agent, ["[Service]", "ExecStart=", "ExecStart=\(Self.command)"])
    }

    /// One that never says that it is ready.
    private func portTaken() throws {
        let second = try fleet.host.run([
            "systemd-run", "--quiet", "--unit=second", "--property=Type=notify", "/usr/bin/apus-agent", "--socket",
            "/run/second.sock",
        ])
        #expect(second.status != 0)
        #expect(try active("second.service") == "failed")
        let told = try fleet.run(["journalctl", "--no-pager", "--unit=second.service"])
        #expect(told.contains("127.0.0.1:9480 is in use by another process"))
        #expect(!told.contains("Started second.service"))
    }

    /// Clients come one after the other while the agent is restarted, by command and by death.
    private func scrapesOverRestarts() throws {
        try fleet.run([
            "systemd-run", "--quiet", "--collect", "--unit=scrapes", "sh", "-c",
            """
            while [ ! -e /run/enough ]; do
                curl --silent --max-time 30 --output /dev/null --write-out '%{http_code} %{exitcode}\\n' \(Self.url)
            done >> /run/scrapes
            """,
        ])
        func scrapes() throws -> [Substring] {
            (try? String(contentsOfFile: "\(fleet.host.root)/run/scrapes", encoding: .utf8).split(separator: "\n")) ?? []
        }
        func more() throws {
            let count = try scrapes().count
            let came = try comesTrue(within: .seconds(60)) { try scrapes().count > count + 10 }
            #expect(came)
        }
        try more()
        for _ in 0..<5 {
            try fleet.run(["systemctl", "restart", Self.agent])
            try more()
        }
        let byCommand = try scrapes()
        #expect(byCommand.allSatisfy { $0 == "200 0" }, "\(Set(byCommand))")
        for _ in 0..<2 {
            let pid = try mainPID(Self.agent)
            try fleet.run(["kill", "-KILL", "\(pid)"])
            try restarted(Self.agent, from: pid)
            try more()
        }
        try fleet.run(["touch", "/run/enough"])
        // The one that was being answered is cut off; 7 is a refused connection.
        let all = try scrapes()
        #expect(all.count { $0 != "200 0" } <= 2 && !all.contains { $0.hasSuffix(" 7") }, "\(Set(all))")
        print("\(all.count) scrapes over 5 restarts and 2 deaths of the agent, \(all.count { $0 != "200 0" }) cut off")
    }

    private func hang() throws {
        try fleet.configure(Self.agent, ["[Service]", "ExecStart=", "ExecStart=\(Self.command)", "WatchdogSec=4s"])
        try fleet.run(["systemctl", "restart", Self.agent])
        let pid = try mainPID(Self.agent)
        try fleet.run(["kill", "-STOP", "\(pid)"])
        try restarted(Self.agent, from: pid)
        let told = try fleet.run(["journalctl", "--no-pager", "--unit=\(Self.agent)"])
        #expect(told.contains("Watchdog timeout (limit 4s)!") && told.contains("Failed with result 'watchdog'"))
        try fleet.configure(Self.agent, ["[Service]", "ExecStart=", "ExecStart=\(Self.command)"])
        try fleet.run(["systemctl", "restart", Self.agent])
    }

    private static let up = #"apus_service_up{service="api",instance="api-1"}"#
    private static let enqueued = #"notifications_enqueued_total{service="api",instance="api-1",channel="log"}"#

    private func metrics() throws -> [String: String] {
        let text = try fleet.run(["curl", "--silent", "--fail", "--max-time", "60", Self.url])
        return Dictionary(
            try ExpositionReader.samples(in: text, as: .text).map { ($0.series, $0.valueText) },
            uniquingKeysWith: { first, second in "\(first) and \(second)" })
    }

    /// A service that does not run cannot come back to the new agent, which has its counters all the same.
    private func killBesideASilentService() throws {
        try fleet.run(["systemctl", "start", Self.api])
        for _ in 0..<3 {
            try fleet.run([
                "curl", "--silent", "--fail", "--header", "Content-Type: application/json", "--data",
                #"{"userId": "u1", "channel": "log", "title": "Hello", "body": "from Apus"}"#,
                "http://127.0.0.1:3001/notifications",
            ])
        }
        let counted = try comesTrue(within: .seconds(30)) { try metrics()[Self.enqueued] == "3" }
        #expect(counted)
        let service = try mainPID(Self.api)
        try fleet.run(["kill", "-STOP", "\(service)"])
        try kept(messages: 1)
        let agent = try mainPID(Self.agent)
        try fleet.run(["kill", "-KILL", "\(agent)"])
        // Waits for the new agent, and is its first scrape.
        let first = try metrics()
        #expect(first[Self.enqueued] == "3" && first[Self.up] == "1", "\(first)")
        try restarted(Self.agent, from: agent)
        try fleet.run(["kill", "-CONT", "\(service)"])
        let accepted = "an instance reports"
        let returned = try comesTrue(within: .seconds(30)) {
            try fleet.journal("_PID=\(try mainPID(Self.agent))").contains { $0["MESSAGE"] == accepted }
        }
        #expect(returned)
        let later = try metrics()
        #expect(later[Self.enqueued] == "3" && later[Self.up] == "1", "\(later)")
    }

    /// One that ends while there is no agent is down, with what it counted to its end.
    private func killBesideADeadService() throws {
        try fleet.configure(Self.agent, ["[Service]", "ExecStart=", "ExecStart=\(Self.command)", "RestartSec=5s"])
        let (agent, service) = (try mainPID(Self.agent), try mainPID(Self.api))
        try fleet.run(["sh", "-c", "kill -KILL \(agent) && systemctl stop \(Self.api)"])
        #expect(try stat(service) == nil)
        let first = try metrics()
        try restarted(Self.agent, from: agent)
        #expect(first[Self.enqueued] == "3" && first[Self.up] == "0", "\(first)")
        // Its successor counts from the beginning, in a segment of its own.
        try fleet.run(["systemctl", "start", Self.api])
        let began = try comesTrue(within: .seconds(30)) {
            let metrics = try metrics()
            return metrics[Self.enqueued] == "0" && metrics[Self.up] == "1"
        }
        #expect(began)
        // And is what the next agent takes back: the one of before is forgotten, and this one kept.
        try kept(messages: 2)
        let second = try mainPID(Self.agent)
        try fleet.run(["kill", "-KILL", "\(second)"])
        let last = try metrics()
        #expect(last[Self.enqueued] == "0" && last[Self.up] == "1", "\(last)")
        try restarted(Self.agent, from: second)
        // Nothing but sockets and what the unit may keep was ever held.
        let told = try fleet.run(["journalctl", "--no-pager", "--unit=\(Self.agent)"])
        #expect(!told.contains("is let go") && !told.contains("do not outlive"))
    }

    /// Waits until the agent has told systemd so often what to keep: of a process that has just begun to report it does not.
    private func kept(messages count: Int) throws {
        let isKept = try comesTrue(within: .seconds(30)) {
            let metrics = try metrics()
            let sent = metrics["apus_agent_store_messages_total"].flatMap { Int($0) } ?? 0
            return sent >= count && metrics["apus_agent_store_waiting_messages"] == "0"
        }
        #expect(isKept)
    }

    private func reload() throws {
        let file = "\(fleet.host.root)/etc/apus/agent.expect"
        let former = try String(contentsOfFile: file, encoding: .utf8)
        let nine = #"apus_service_up{service="worker",instance="worker-9"}"#
        func reload(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            try fleet.run(["systemctl", "reload", Self.agent])
        }
        let pid = try mainPID(Self.agent)
        #expect(try metrics()[nine] == nil)
        try reload(former + "worker/worker-9\n")
        let added = try comesTrue(within: .seconds(30)) { try metrics()[nine] == "0" }
        #expect(added)

        try reload("worker/worker-1\nworker-9\n")
        let line = "/etc/apus/agent.expect:2: “worker-9” is no instance"
        let refused = try comesTrue(within: .seconds(30)) { try show("StatusText")["StatusText"]?.contains(line) == true }
        #expect(refused)
        #expect(try metrics()[nine] == "0")
        #expect(try fleet.journal("_PID=\(pid)").contains { $0["REASON"]?.hasPrefix(line) == true && $0["PRIORITY"] == "3" })
        let states = try comesTrue(within: .seconds(30)) {
            try show("ActiveState", "SubState") == ["ActiveState": "active", "SubState": "running"]
        }
        #expect(states)

        try reload(former)
        let removed = try comesTrue(within: .seconds(30)) { try metrics()[nine] == nil }
        #expect(removed)
        let healed = try comesTrue(within: .seconds(30)) {
            let status = try show("StatusText")["StatusText"] ?? ""
            return status.hasPrefix("watching 7 ") && !status.contains("reload")
        }
        #expect(healed)
        #expect(try mainPID(Self.agent) == pid)
    }

    private func mainPID(_ unit: String) throws -> Int {
        try fleet.properties(["MainPID"], of: [unit]).first?["MainPID"].flatMap { Int($0) } ?? 0
    }

    private func show(_ names: String...) throws -> [String: String] {
        try fleet.properties(names, of: [Self.agent]).first ?? [:]
    }

    private func active(_ unit: String) throws -> String {
        try fleet.properties(["ActiveState"], of: [unit]).first?["ActiveState"] ?? ""
    }

    private func restarted(_ unit: String, from pid: Int) throws {
        let isNew = try comesTrue(within: .seconds(60)) {
            let new = try mainPID(unit)
            guard new > 0, new != pid else { return false }
            return try active(unit) == "active"
        }
        #expect(isNew, "\(unit)")
    }

    /// The letter of a process's state, or nil when it is gone.
    private func stat(_ pid: Int) throws -> String? {
        guard pid > 0 else { return nil }
        let text = try fleet.host.run(["cat", "/proc/\(pid)/stat"]).output
        return text.split(separator: ")").last.flatMap { $0.split(separator: " ").first }.map(String.init)
    }
}

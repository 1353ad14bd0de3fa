import Foundation
import HostTesting
import Testing

/// What the agent counts of units that a real systemd starts and ends.
@Suite struct `A host whose journal an agent counts` {
    private func metrics(_ host: BootedHost) throws -> String {
        try host.run(["curl", "--silent", "--max-time", "5", "http://127.0.0.1:9480/metrics"]).output
    }

    /// A host with an agent that has no rights but those of the journal's group.
    private func started() throws -> BootedHost {
        let host = try BootedHost()
        // Without symbols it fits into the container's memory.
        let agent = "\(host.root)/usr/local/bin/apus-agent"
        #expect(try Command.run("strip", ["-o", agent, "\(BuiltProgram.folder)/apus-agent"]).status == 0)
        let step = try host.run([
            "systemd-run", "--quiet", "--unit=counting", "--property=User=nobody", "--property=RuntimeDirectory=counting",
            "--property=StateDirectory=counting", "--property=SupplementaryGroups=systemd-journal",
            "/usr/local/bin/apus-agent", "--socket", "/run/counting/agent.sock", "--journal", "all",
            "--watch-unit", "life-later.service",
        ])
        #expect(step.status == 0, "\(step.errors)")
        let isUp = try comesTrue(within: .seconds(60)) { try metrics(host).contains("apus_journal_up 1\n") }
        let log = try host.run(["journalctl", "--no-pager", "--unit=counting"]).output
        #expect(isUp, "\(log)")
        return host
    }

    @Test(.timeLimit(.minutes(4))) func `knows each start and end of a unit by its cause, and what ended runs have used`()
        throws
    {
        let host = try started()
        func transient(_ name: String, _ properties: [String], _ command: String) throws {
            _ = try host.run(
                ["systemd-run", "--quiet", "--unit=life-\(name)"] + properties.map { "--property=\($0)" }
                    + ["sh", "-c", command])
        }
        try transient("well", [], "true")
        try transient("code", [], "exit 3")
        // Of one that is watched, before anything has been heard of it.
        for series in [
            #"journal_unit_exits_total{unit="life-later.service",cause="signal"} 0"#,
            #"journal_unit_starts_total{unit="life-later.service"} 0"#,
            #"journal_messages_total{unit="life-later.service",priority="crit"} 0"#,
        ] { #expect(try metrics(host).contains(series + "\n")) }
        // systemd takes one of two dollar signs.
        try transient("signal", [], "kill -KILL $$$$")
        // systemd tells of CPU time from a second on.
        try transient("busy", ["CPUAccounting=yes", "LimitCPU=2", "LimitCORE=0"], "while :; do :; done")
        try transient("timeout", ["RuntimeMaxSec=100ms"], "exec sleep 1000")
        try transient(
            "watchdog", ["Type=notify", "NotifyAccess=all", "WatchdogSec=100ms", "LimitCORE=0"],
            "systemd-notify --ready; exec sleep 1000")
        try transient(
            "flapping", ["Restart=always", "RestartSec=1ms", "StartLimitBurst=3", "StartLimitIntervalSec=1h"], "exit 1")

        let wanted = [
            #"journal_unit_exits_total{unit="life-well.service",cause="success"} 1"#,
            #"journal_unit_exits_total{unit="life-code.service",cause="exit-code"} 1"#,
            #"journal_unit_exits_total{unit="life-code.service",cause="success"} 0"#,
            #"journal_unit_process_exits_total{unit="life-code.service",code="exited",status="3"} 1"#,
            #"journal_unit_exits_total{unit="life-signal.service",cause="signal"} 1"#,
            #"journal_unit_process_exits_total{unit="life-signal.service",code="killed",status="9"} 1"#,
            #"journal_unit_exits_total{unit="life-timeout.service",cause="timeout"} 1"#,
            #"journal_unit_exits_total{unit="life-watchdog.service",cause="watchdog"} 1"#,
            #"journal_unit_starts_total{unit="life-well.service"} 1"#,
            // What has not happened to a unit that is known is 0, not absent: the first time is a rise.
            #"journal_unit_oom_kills_total{unit="life-well.service",killer="kernel"} 0"#,
            #"journal_unit_oom_kills_total{unit="life-well.service",killer="oomd"} 0"#,
            #"journal_messages_suppressed_total{unit="life-well.service"} 0"#,
            #"journal_messages_total{unit="life-well.service",priority="crit"} 0"#,
            #"journal_unit_starts_total{unit="life-flapping.service"} 3"#,
            #"journal_unit_process_exits_total{unit="life-flapping.service",code="exited",status="1"} 3"#,
        ]
        var text = ""
        let hasAll = try comesTrue(within: .seconds(60)) {
            text = try metrics(host)
            let lines = Set(text.split(separator: "\n").map(String.init))
            return wanted.allSatisfy(lines.contains) && text.contains(#"journal_unit_ended_cpu_seconds_total{unit="life-busy"#)
        }
        let missing = wanted.filter { !text.contains($0 + "\n") }
        let seen = text.split(separator: "\n").filter { $0.contains("life-") && $0.hasPrefix("journal_unit") }
        #expect(hasAll, "\(missing) of \(seen.joined(separator: "\n"))")
        let used = text.firstMatch(of: /journal_unit_ended_cpu_seconds_total\{unit="life-busy.service"\} (\S+)\n/)?.1
        #expect(used.flatMap { Double($0) } ?? 0 > 1)
        #expect(text.contains("journal_entries_missing_total 0\n"))
        #expect(text.contains(/journal_messages_total\{unit="init.scope",priority="info"\} \d+\n/))
    }

    @Test(.timeLimit(.minutes(4))) func `knows the units of a user's own manager, by the user`() throws {
        let host = try started()
        func succeed(_ command: String...) throws {
            let step = try host.run(command)
            #expect(step.status == 0, "\(command): \(step.errors)")
        }
        try succeed("useradd", "--uid", "4711", "--create-home", "walker")
        let units = "\(host.root)/etc/systemd/user"
        try FileManager.default.createDirectory(atPath: "\(units)/default.target.wants", withIntermediateDirectories: true)
        // journald knows no unit of a process that has ended before it looks.
        for (name, command) in [("steps", "echo one; echo two; sleep 2; exit 3"), ("steady", "exec sleep 1000")] {
            try Data("[Service]\nExecStart=sh -c '\(command)'\n".utf8).write(
                to: URL(fileURLWithPath: "\(units)/\(name).service"))
            try FileManager.default.createSymbolicLink(
                atPath: "\(units)/default.target.wants/\(name).service", withDestinationPath: "../\(name).service")
        }
        try succeed("systemctl", "start", "user@4711.service")
        let wanted = [
            #"journal_user_unit_messages_total{uid="4711",unit="steps.service",priority="info"} 2"#,
            #"journal_user_unit_starts_total{uid="4711",unit="steps.service"} 1"#,
            #"journal_user_unit_exits_total{uid="4711",unit="steps.service",cause="exit-code"} 1"#,
            #"journal_user_unit_starts_total{uid="4711",unit="steady.service"} 1"#,
            #"journal_user_unit_exits_total{uid="4711",unit="steady.service",cause="exit-code"} 0"#,
        ]
        var text = ""
        let hasAll = try comesTrue(within: .seconds(30)) {
            text = try metrics(host)
            return wanted.allSatisfy { text.contains($0 + "\n") }
        }
        let seen = text.split(separator: "\n").filter { $0.hasPrefix("journal_user_unit") }
        #expect(hasAll, "\(seen.joined(separator: "\n"))")
        // Nothing is told of a unit of the system by that name.
        #expect(!text.contains(#"journal_unit_exits_total{unit="steps"#))
        // What they use is had by their control groups, without the user's bus.
        let groups =
            "groups: [{service: users, match: {cgroup: '/user.slice/user-*.slice/user@*.service/app.slice/*.service'}}]"
        try groups.write(
            toFile: "\(host.root)/tmp/users.yaml", atomically: true, encoding: .utf8)
        let census = try host.run(["/usr/local/bin/apus-agent", "check-config", "--processes", "/tmp/users.yaml"])
        #expect(
            census.output.contains("/user.slice/user-4711.slice/user@4711.service/app.slice/steady.service"),
            "\(census.output) \(census.errors)")
    }
}

import ApusMetrics
import Foundation
import HostTesting
import Testing

/// A real agent under a real systemd, as a user without rights.
@Suite struct `An agent that watches units` {
    private static let steady = "probe-steady.service"
    private static let flaky = "probe-flaky.service"
    private static let dog = "probe-dog.service"
    private static let nowhere = "probe-nowhere.service"

    private static let units = [
        steady: "[Service]\nExecStart=sleep infinity\nTasksMax=77\n",
        flaky: """
        [Unit]
        StartLimitIntervalSec=1h
        StartLimitBurst=3
        [Service]
        ExecStart=sh -c 'exit 7'
        Restart=on-failure
        RestartSec=100ms

        """,
        dog: """
        [Service]
        Type=notify
        NotifyAccess=all
        WatchdogSec=1h
        ExecStart=sh -c 'systemd-notify --ready; systemd-notify WATCHDOG=1; exec sleep infinity'

        """,
    ]

    /// A timer of each kind, and a socket whose connections systemd accepts, of one at a time.
    private static let others = [
        "probe-calendar.timer": "[Timer]\nOnCalendar=2099-01-01 00:00:00 UTC\nUnit=\(steady)\n",
        "probe-soon.timer": "[Timer]\nOnActiveSec=1h\nAccuracySec=1s\nUnit=\(steady)\n",
        "probe-spent.timer": "[Timer]\nOnActiveSec=1ms\nAccuracySec=1us\nUnit=\(dog)\n",
        "probe-talk.socket": "[Socket]\nListenStream=127.0.0.1:7007\nAccept=yes\nMaxConnections=1\n",
        "probe-talk@.service": "[Service]\nExecStart=cat\nStandardInput=socket\n",
    ]

    /// Names that stand for another unit, and for none.
    private static let links = ["probe-alias.service": steady, "probe-masked.service": "/dev/null"]
    private static let faulty = "probe-faulty.service"

    /// A host with units, and an agent that watches them.
    private struct Watched {
        let host: BootedHost

        /// - Parameter hasBus: whether the agent is anybody on the bus, or root where there is none.
        init(hasBus: Bool = true, also more: [String] = []) throws {
            host = try BootedHost()
            let strip = try Command.run("strip", ["-o", "\(host.root)/usr/bin/apus-agent", BuiltProgram.path("apus-agent")])
            #expect(strip.status == 0, "\(strip.errors)")
            for (name, text) in units.merging(others, uniquingKeysWith: { $1 }) {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(host.root)/etc/systemd/system/\(name)"))
            }
            try Data("[Service]\nType=simple\n".utf8).write(
                to: URL(fileURLWithPath: "\(host.root)/etc/systemd/system/\(faulty)"))
            for (name, target) in links {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(host.root)/etc/systemd/system/\(name)", withDestinationPath: target)
            }
            try succeed("systemctl", "daemon-reload")
            var agent = [
                "systemd-run", "--quiet", "--unit=agent", "--property=RuntimeDirectory=probe",
                "--property=User=\(hasBus ? "nobody" : "root")", "apus-agent", "--socket", "/run/probe/agent.sock",
                "--interval", "1s",
            ]
            for unit in [steady, flaky, "probe-d*.service", nowhere, "probe-*.timer", "probe-*.socket", "-.mount"] + more {
                agent += ["--watch-unit=\(unit)"]
            }
            if !hasBus {
                try succeed("systemctl", "stop", "dbus.socket", "dbus.service")
                try succeed("rm", "--force", "/run/dbus/system_bus_socket")
            }
            let start = try host.run(agent)
            try #require(start.status == 0, "\(start.errors)")
        }

        func succeed(_ command: String...) throws {
            let step = try host.run(command)
            try #require(step.status == 0, "\(command): \(step.errors)")
        }

        func show(_ unit: String, _ property: String) throws -> String {
            try host.run(["systemctl", "show", "--value", "--property=\(property)", unit]).output
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        /// The values of one scrape by their series.
        func scrape() throws -> [String: Double] {
            let text = try host.run(["curl", "--silent", "--max-time", "5", "http://127.0.0.1:9480/metrics"]).output
            let samples = try ExpositionReader.samples(in: text, as: .text)
            return Dictionary(
                samples.compactMap { sample in sample.value.map { (sample.series, $0) } },
                uniquingKeysWith: { first, _ in first })
        }

        /// The seconds until a scrape shows something; fails after a minute.
        @discardableResult
        func wait(_ what: String, since start: ContinuousClock.Instant = .now, _ isThere: ([String: Double]) throws -> Bool)
            throws -> Double
        {
            var last: [String: Double] = [:]
            let shows = try comesTrue(within: .seconds(60)) {
                last = try scrape()
                return try isThere(last)
            }
            let seconds = start.duration(to: .now) / .seconds(1)
            try #require(shows, "\(what): \(last.filter { $0.key.contains("systemd") })")
            return seconds
        }
    }

    private static func state(_ unit: String, _ state: String) -> String {
        #"systemd_unit_state{unit="\#(unit)",state="\#(state)"}"#
    }

    private static func value(_ family: String, _ unit: String) -> String { #"\#(family){unit="\#(unit)"}"# }

    @Test func `serves when timers trigger, what systemd accepts on sockets, and where mounts are`() throws {
        let watched = try Watched()
        try watched.succeed(
            "systemctl", "start", "probe-calendar.timer", "probe-soon.timer", "probe-spent.timer", "probe-talk.socket")
        func value(_ family: String, _ unit: String, in samples: [String: Double]) -> Double? {
            samples[Self.value(family, unit)]
        }
        try watched.wait("the timers") {
            value("systemd_timer_next_trigger_seconds", "probe-calendar.timer", in: $0) == 4_070_908_800
                && value("systemd_timer_last_trigger_seconds", "probe-spent.timer", in: $0) != nil
        }
        let timers = try watched.scrape()
        let soon = try #require(value("systemd_timer_next_trigger_seconds", "probe-soon.timer", in: timers))
        #expect(abs(soon - Date().timeIntervalSince1970 - 3600) < 60)
        #expect(value("systemd_timer_last_trigger_seconds", "probe-soon.timer", in: timers) == nil)
        let last = try #require(value("systemd_timer_last_trigger_seconds", "probe-spent.timer", in: timers))
        #expect(abs(last - Date().timeIntervalSince1970) < 60)
        // It triggers once and never again.
        #expect(value("systemd_timer_next_trigger_seconds", "probe-spent.timer", in: timers) == nil)
        for timer in ["probe-calendar.timer", "probe-soon.timer", "probe-spent.timer"] {
            #expect(value("systemd_timer_missed", timer, in: timers) == 0, "\(timer)")
        }
        #expect(
            timers[#"systemd_mount_info{unit="-.mount",path="/"}"#]
                ?? timers.first { $0.key.hasPrefix(#"systemd_mount_info{unit="-.mount",path="/","#) }?.value == 1)
        #expect(value("systemd_socket_accepted_connections_total", "probe-talk.socket", in: timers) == 0)
        // One stays, two find no room.
        let talk =
            "exec 3<>/dev/tcp/127.0.0.1/7007; sleep 1; for n in 1 2; do (exec 4<>/dev/tcp/127.0.0.1/7007; cat <&4); done; sleep 30"
        try watched.succeed("systemd-run", "--quiet", "--unit=talker", "bash", "-c", talk)
        try watched.wait("the connections") {
            value("systemd_socket_accepted_connections_total", "probe-talk.socket", in: $0) == 1
                && value("systemd_socket_refused_connections_total", "probe-talk.socket", in: $0) == 2
                && value("systemd_socket_current_connections", "probe-talk.socket", in: $0) == 1
        }
    }

    @Test func `serves each change of a unit within a second, as systemd tells it`() throws {
        let watched = try Watched()
        let first = try watched.wait("the first list") {
            $0["apus_systemd_bus_up"] == 1 && $0[Self.state(Self.flaky, "inactive")] == 1
        }
        print("the first states are on a scrape after \(first) s")
        // Of a unit that nobody has loaded yet: is it there?
        let start = try watched.scrape()
        #expect(start[Self.state(Self.steady, "inactive")] == 1 && start[Self.state(Self.steady, "active")] == 0)
        #expect(start[Self.value("systemd_unit_absent", Self.steady)] == 0)
        #expect(start[Self.value("systemd_unit_absent", Self.nowhere)] == 1)
        #expect(!start.keys.contains { $0.contains(Self.dog) })

        var latencies: [Double] = []
        for round in 1...3 {
            var now = ContinuousClock.now
            try watched.succeed("systemctl", "start", Self.steady)
            latencies.append(
                try watched.wait("start \(round)", since: now) { $0[Self.state(Self.steady, "active")] == 1 })
            now = .now
            try watched.succeed("systemctl", "kill", "--signal=KILL", Self.steady)
            latencies.append(
                try watched.wait("kill \(round)", since: now) { $0[Self.state(Self.steady, "failed")] == 1 })
        }
        print("changes were on a scrape after \(latencies.map { ($0 * 1000).rounded() }) ms, the command's time included")
        #expect(latencies.min() ?? 10 < 1)
        let killed = try watched.scrape()
        #expect(killed[#"systemd_service_exit_status{unit="\#(Self.steady)",cause="killed"}"#] == 9)
        #expect(killed[#"systemd_unit_result{unit="\#(Self.steady)",result="signal"}"#] == 1)
        #expect(killed[Self.value("systemd_service_main_pid", Self.steady)] == nil)

        // A unit that restarts until systemd gives it up.
        try watched.succeed("systemctl", "start", Self.flaky)
        try watched.wait("the end of restarts") { $0[Self.state(Self.flaky, "failed")] == 1 }
        let restarts = Double(try watched.show(Self.flaky, "NRestarts")) ?? -1
        #expect(restarts >= 2)
        let given = try watched.scrape()
        #expect(given[Self.value("systemd_service_restart_total", Self.flaky)] == restarts)
        #expect(given[#"systemd_service_exit_status{unit="\#(Self.flaky)",cause="exited"}"#] == 7)
        let result = try watched.show(Self.flaky, "Result")
        #expect(given[#"systemd_unit_result{unit="\#(Self.flaky)",result="\#(result)"}"#] == 1)

        // A unit of the glob comes with systemd's loading it.
        try watched.succeed("systemctl", "start", Self.dog)
        try watched.wait("the watchdog") {
            $0[Self.state(Self.dog, "active")] == 1
                && $0[Self.value("systemd_service_watchdog_ping_time_seconds", Self.dog)] != nil
        }
        try watched.succeed("systemctl", "reset-failed", Self.steady)
        try watched.succeed("systemctl", "start", Self.steady)
        try watched.wait("another start") { $0[Self.state(Self.steady, "active")] == 1 }
        let running = try watched.scrape()
        #expect(running[Self.value("systemd_service_watchdog_seconds", Self.dog)] == 3600)
        #expect(running[Self.value("systemd_unit_tasks_max", Self.steady)] == 77)
        let pid = Double(try watched.show(Self.steady, "MainPID"))
        #expect(running[Self.value("systemd_service_main_pid", Self.steady)] == pid)
        let since = try #require(running[Self.value("systemd_unit_active_enter_time_seconds", Self.steady)])
        #expect(abs(since - Date().timeIntervalSince1970) < 60)
        for (family, property) in [
            ("systemd_unit_memory_bytes", "MemoryCurrent"), ("systemd_unit_tasks_current", "TasksCurrent"),
        ] {
            // What this systemd does not account is no series.
            let isAccounted = Double(try watched.show(Self.steady, property)) != nil
            #expect((running[Self.value(family, Self.steady)] != nil) == isAccounted, "\(family)")
        }

        // A file that comes and goes.
        let path = "\(watched.host.root)/etc/systemd/system/\(Self.nowhere)"
        try Data("[Service]\nExecStart=sleep infinity\n".utf8).write(to: URL(fileURLWithPath: path))
        try watched.succeed("systemctl", "daemon-reload")
        try watched.wait("the new file") { $0[Self.value("systemd_unit_absent", Self.nowhere)] == 0 }

        // Nothing is asked in a circle, which would be hundreds: a second has a question for each running unit, and a sign of life, and the
        // reload before may still have some for files that are not in memory.
        let (before, began) = (try watched.scrape(), ContinuousClock.now)
        try watched.wait("two more seconds") { _ in began.duration(to: .now) > .seconds(2) }
        let after = try watched.scrape()
        let calls = (after["apus_systemd_bus_calls_total"] ?? 0) - (before["apus_systemd_bus_calls_total"] ?? 0)
        let seconds = began.duration(to: .now) / .seconds(1)
        print("\(calls) calls in \(seconds) s")
        #expect(calls <= 4 * (seconds + 1) + 12)

        let document = try watched.host.run(["curl", "--silent", "http://127.0.0.1:9480/api/v1/units"]).output
        let json = try #require(try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any])
        let units = try #require(json["units"] as? [[String: Any]])
        #expect(units.compactMap { $0["unit"] as? String } == ["-.mount", Self.dog, Self.flaky, Self.nowhere, Self.steady])
        #expect(units.last?["activeState"] as? String == "active")
        #expect((json["bus"] as? [String: Any])?["up"] as? Bool == true)
    }

    @Test func `serves the unit of an alias, and systemd's words for files that are masked or at fault`() throws {
        let (alias, masked, template) = ("probe-alias.service", "probe-masked.service", "probe-talk@.service")
        let watched = try Watched(also: [alias, masked, Self.faulty, template])
        func load(_ unit: String, in samples: [String: Double]) -> String? {
            samples.keys.first { $0.hasPrefix(#"systemd_unit_info{unit="\#(unit)",load_state=""#) }?
                .split(separator: "\"").dropFirst(3).first.map { String($0) }
        }
        try watched.wait("the first states") { samples in
            [(alias, "loaded"), (masked, "masked"), (Self.faulty, "bad-setting"), (template, "not-found")]
                .allSatisfy { load($0.0, in: samples) == $0.1 }
        }
        for unit in [masked, Self.faulty] {
            #expect(try watched.show(unit, "LoadState") == load(unit, in: watched.scrape()))
        }
        let first = try watched.scrape()
        for unit in [alias, masked, Self.faulty] { #expect(first[Self.value("systemd_unit_absent", unit)] == 0, "\(unit)") }
        #expect(first[Self.value("systemd_unit_absent", template)] == 1)
        for (command, state) in [
            (["start", Self.steady], "active"), (["kill", "--signal=KILL", Self.steady], "failed"),
            (["reset-failed", Self.steady], "inactive"), (["start", alias], "active"), (["daemon-reload"], "active"),
            (["stop", alias], "inactive"),
        ] {
            let step = try watched.host.run(["systemctl"] + command)
            #expect(step.status == 0, "\(command): \(step.errors)")
            let began = ContinuousClock.now
            try watched.wait("\(command)") { $0[Self.state(alias, state)] == 1 && $0[Self.state(Self.steady, state)] == 1 }
            #expect(began.duration(to: .now) < .seconds(10), "\(command)")
        }
        // What systemd loads to tell of it begins no circle.
        let (before, began) = (try watched.scrape(), ContinuousClock.now)
        try watched.wait("two more seconds") { _ in began.duration(to: .now) > .seconds(2) }
        let calls = (try watched.scrape()["apus_systemd_bus_calls_total"] ?? 0) - (before["apus_systemd_bus_calls_total"] ?? 0)
        #expect(calls <= 4 * (began.duration(to: .now) / .seconds(1) + 1))
    }

    @Test func `hears systemd on its own socket, where there is no bus`() throws {
        let watched = try Watched(hasBus: false)
        try watched.wait("the first list") { $0[Self.state(Self.steady, "inactive")] == 1 }
        for (verb, state) in [("start", "active"), ("stop", "inactive"), ("start", "active")] {
            try watched.succeed("systemctl", verb, Self.steady)
            try watched.wait(verb) { $0[Self.state(Self.steady, state)] == 1 && $0["apus_systemd_bus_up"] == 1 }
        }
    }

    @Test func `answers at once while the bus hangs, and finds it again`() throws {
        let watched = try Watched()
        try watched.succeed("systemctl", "start", Self.steady, Self.dog)
        try watched.wait("the start") { $0[Self.state(Self.steady, "active")] == 1 && $0[Self.state(Self.dog, "active")] == 1 }

        // A reload of systemd's configuration, or of systemd, takes no series away.
        for command in ["daemon-reload", "daemon-reload", "daemon-reexec"] {
            try watched.succeed("systemctl", command)
            for _ in 0..<5 {
                let values = try watched.scrape()
                #expect(
                    values[Self.state(Self.steady, "active")] == 1 && values[Self.state(Self.dog, "active")] == 1, "\(command)")
            }
        }
        try watched.wait("the new systemd") { $0["apus_systemd_bus_up"] == 1 }

        let bus = try watched.show("dbus.service", "MainPID")
        try watched.succeed("kill", "-STOP", bus)
        let opened = try watched.wait("the breaker") { $0["apus_systemd_bus_breaker_open"] == 1 }
        print("the breaker opened \(opened) s after the bus was stopped")
        var slowest = 0.0
        for _ in 0..<20 {
            let answer = try watched.host.run([
                "curl", "--silent", "--max-time", "5", "--output", "/dev/null", "--write-out", "%{time_total}",
                "http://127.0.0.1:9480/metrics",
            ])
            #expect(answer.status == 0)
            slowest = max(slowest, Double(answer.output) ?? 10)
        }
        print("the slowest scrape took \(slowest * 1000) ms while the bus was stopped")
        let stopped = try watched.scrape()
        #expect(stopped["apus_systemd_bus_up"] == 0)
        #expect(try #require(stopped["apus_systemd_bus_age_seconds"]) > 2)
        #expect(try #require(stopped[#"apus_systemd_bus_errors_total{reason="timeout"}"#]) >= 3)
        #expect(stopped[Self.state(Self.steady, "active")] == 1)
        try watched.wait("the age") {
            ($0["apus_systemd_bus_age_seconds"] ?? 0) > (stopped["apus_systemd_bus_age_seconds"] ?? 0) + 1
        }

        // What happens meanwhile is known afterwards.
        try watched.succeed("systemctl", "kill", "--signal=KILL", Self.steady)
        try watched.succeed("kill", "-CONT", bus)
        let found = try watched.wait("the bus") { $0["apus_systemd_bus_up"] == 1 && $0[Self.state(Self.steady, "failed")] == 1 }
        print("the bus was found again after \(found) s")
        #expect(try watched.scrape()["apus_systemd_bus_breaker_open"] == 0)

        // A bus that is killed is started again by systemd when somebody connects.
        try watched.succeed("kill", "-KILL", try watched.show("dbus.service", "MainPID"))
        try watched.succeed("systemctl", "restart", Self.steady)
        let again = try watched.wait("another bus") {
            $0["apus_systemd_bus_up"] == 1 && $0[Self.state(Self.steady, "active")] == 1
                && ($0[#"apus_systemd_bus_errors_total{reason="disconnected"}"#] ?? 0) > 0
        }
        print("the state was served \(again) s after the bus was killed")

        // A stop waits for no bus.
        let timeouts = #"apus_systemd_bus_errors_total{reason="timeout"}"#
        let before = try watched.scrape()
        try watched.succeed("kill", "-STOP", try watched.show("dbus.service", "MainPID"))
        try watched.wait("a hanging bus") { ($0[timeouts] ?? 0) > (before[timeouts] ?? 0) }
        let began = ContinuousClock.now
        try watched.succeed("systemctl", "stop", "agent.service")
        let seconds = began.duration(to: .now) / .seconds(1)
        print("the agent stopped within \(seconds) s while the bus was stopped")
        #expect(seconds < 10)
        #expect(try watched.show("agent.service", "Result") != "timeout")
    }
}

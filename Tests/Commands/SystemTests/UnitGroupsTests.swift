import ApusMetrics
import Foundation
import HostTesting
import Testing

/// A real agent under a real systemd, as a user without rights, whose groups are units.
@Suite struct `An agent that watches units as groups` {
    private let host: BootedHost

    /// Its children of 40 ms have no parent that could wait for them.
    private static let program =
        "import os, signal, time\n"
            + """
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            ends, beginnings = os.pipe()
            for _ in range(40):
                if os.fork() == 0:
                    if os.fork() == 0:
                        end = time.process_time() + 0.04
                        while time.process_time() < end: pass
                    os._exit(0)
            os.close(beginnings)
            os.read(ends, 1)
            open("/run/busy/done", "w").close()
            signal.pause()

            """

    private static let unit = """
        [Service]
        RuntimeDirectory=busy
        ExecStart=python3 /etc/busy.py

        """

    private static let groups = """
        groups:
          - service: busy
            match: { unit: busy.service }

        """

    init() throws {
        host = try BootedHost()
        let strip = try Command.run("strip", ["-o", "\(host.root)/usr/bin/apus-agent", BuiltProgram.path("apus-agent")])
        #expect(strip.status == 0, "\(strip.errors)")
        for (path, text) in [
            ("etc/busy.py", Self.program), ("etc/systemd/system/busy.service", Self.unit), ("etc/watch.yaml", Self.groups),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(host.root)/\(path)"))
        }
        try succeed("systemctl", "daemon-reload")
        try succeed(
            "systemd-run", "--quiet", "--unit=agent", "--property=RuntimeDirectory=probe", "--property=User=nobody",
            "apus-agent", "--socket", "/run/probe/agent.sock", "--interval", "1s", "--config", "/etc/watch.yaml")
    }

    private func succeed(_ command: String...) throws {
        let step = try host.run(command)
        try #require(step.status == 0, "\(command): \(step.errors)")
    }

    private func scrape() throws -> [String: Double] {
        let text = try host.run(["curl", "--silent", "--max-time", "5", "http://127.0.0.1:9480/metrics"]).output
        return Dictionary(
            try ExpositionReader.samples(in: text, as: .text).compactMap { sample in sample.value.map { (sample.series, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// CPU seconds of the group as the agent serves them.
    private func served() throws -> Double {
        let samples = try scrape()
        return ["user", "system"].reduce(0) { sum, mode in
            sum + (samples[#"service_process_cpu_seconds_total{service="busy",instance="busy",mode="\#(mode)"}"#] ?? 0)
        }
    }

    /// CPU seconds of the unit's control group as the kernel has them.
    private func counted() throws -> Double {
        let text = try host.run(["cat", "/sys/fs/cgroup/system.slice/busy.service/cpu.stat"]).output
        let line = text.split(separator: "\n").first { $0.hasPrefix("usage_usec ") }
        return try #require(line.flatMap { Double($0.dropFirst("usage_usec ".count)) }) / 1e6
    }

    /// Starts the unit, and waits until its children have ended.
    private func work() throws {
        try succeed("systemctl", "restart", "busy.service")
        let isDone = comesTrue(within: .seconds(30)) { (try? host.run(["test", "-e", "/run/busy/done"]).status) == 0 }
        #expect(isDone)
    }

    @Test(.timeLimit(.minutes(2)))
    func `children that nobody waits for count, and the sum goes on when the unit starts again`() throws {
        let isServed = comesTrue(within: .seconds(20)) {
            ((try? scrape()) ?? [:])[#"apus_service_up{service="busy",instance="busy"}"#] == 0
        }
        #expect(isServed)
        try work()
        let first = (served: try served(), counted: try counted())
        #expect(first.counted > 1.6)
        #expect(abs(first.served - first.counted) <= 0.02 * first.counted, "\(first)")
        try work()
        let second = (served: try served() - first.served, counted: try counted())
        #expect(second.counted > 1.6)
        #expect(abs(second.served - second.counted) <= 0.02 * second.counted, "\(second)")
        let samples = try scrape()
        #expect(samples[#"apus_service_up{service="busy",instance="busy"}"#] == 1)
        let waiting = samples[#"service_pressure_waiting_seconds_total{service="busy",instance="busy",resource="cpu"}"#]
        #expect(waiting.map { $0 > 0 } ?? true)
        #expect(samples["apus_agent_unwatched_control_groups"] == 0)
        try draft()
    }

    /// The file that is written for this host has a group for the unit, and every group of it matches something.
    private func draft() throws {
        try succeed("apus-agent", "init", "--output", "/run/draft.yaml")
        let checked = try host.run(["apus-agent", "check-config", "--processes", "/run/draft.yaml"])
        #expect(checked.status == 0, "\(checked.text)")
        #expect(checked.output.contains(#/\nbusy/[^\n]+: 1 control group: /#), "\(checked.text)")
        #expect(!checked.output.contains("matches the group in line"), "\(checked.text)")
        let text = try host.run(["cat", "/run/draft.yaml"]).output
        #expect(
            text.contains(
                "  # - service: 'systemd-journald'\n  #   instance: ${host}\n  #   match: { unit: 'systemd-journald.service' }\n"
            ))
    }
}

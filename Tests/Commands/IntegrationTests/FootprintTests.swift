import Foundation
import HostTesting
import NIOHTTP1
import Testing

@Suite(.serialized, .timeLimit(.minutes(3))) struct FootprintTests {
    /// Memory is not a matter of the machine's speed, so that it can be a test.
    @Test func `the agent is resident in no more memory than the process exporter that watches the same fleet`() async throws {
        let fleet = try await RunningFleet()
        try await fleet.awaitInstances()
        let folder = try TemporaryFolder()
        try """
        process_names:
          - name: "{{.Matches.Instance}}"
            cmdline:
              - '--instance (?P<Instance>[a-z]+-[0-9]+)'
              - '\(fleet.folder.path)'
        """.write(toFile: folder.path("exporter.yml"), atomically: false, encoding: .utf8)
        let port = try LoopbackPort.free()
        let exporter = try RunningProgram(
            "/usr/bin/prometheus-process-exporter",
            ["-config.path", folder.path("exporter.yml"), "-web.listen-address", "127.0.0.1:\(port)"])
        let url = "http://127.0.0.1:\(port)/metrics"
        try await eventually("the exporter sees the fleet: \(exporter.errors)") {
            guard let answer = try? await HTTP.get(url) else { return false }
            return answer.values(of: "namedprocess_namegroup_num_procs").values.reduce(0, +) == 7
        }
        for _ in 0..<20 {
            _ = try await HTTP.get(url)
            _ = try await HTTP.get("\(fleet.agent)/metrics")
            // The pace of a scrape, at which neither collects garbage of many at a time.
            try await Task.sleep(for: .milliseconds(100))
        }
        let agent = try #require(LinuxProcess(pid: try fleet.pid(of: nil)).resident)
        let peer = try #require(LinuxProcess(pid: exporter.pid).resident)
        print("resident memory with seven instances: apus-agent \(agent) kB, prometheus-process-exporter \(peer) kB")
        #expect(agent <= peer)
        #expect(agent <= Self.most)
        let whole = try await residentWithEverythingOn(watching: fleet, page: url, in: folder)
        print("the same instances as groups, with everything on: apus-agent \(whole) kB")
        #expect(whole <= Self.most)
        exporter.signal(SIGTERM)
        _ = try await exporter.wait(.seconds(10))
        #expect(try await fleet.stop() == 0)
    }

    /// In kB, whatever an agent watches of seven instances: 15.6 MB were the most of several runs, and how the program lies in the kernel's
    /// cache of files makes a difference of 1 MB.
    private static let most = 17 * 1024

    /// What an agent takes that has the fleet's instances as groups, and beside them all that can be turned on.
    private func residentWithEverythingOn(watching fleet: RunningFleet, page: String, in folder: TemporaryFolder) async throws
        -> Int
    {
        try """
        scrape:
          - { service: exporter, instance: exporter-1, url: '\(page)' }
        groups:
          - service: fleet
            instance: ${name}
            match:
              command: '^(?=.*\(fleet.folder.path)).*--instance (?<name>[a-z]+-[0-9]+)'
        """.write(toFile: folder.path("watch.yaml"), atomically: false, encoding: .utf8)
        let (port, reports) = (try LoopbackPort.free(), try LoopbackPort.free())
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--report-listen", "127.0.0.1:\(reports)",
                "--socket", folder.path("agent.sock"), "--state-directory", folder.path, "--journal", "all",
                "--config", folder.path("watch.yaml"), "--socket-budget", "100ms", "--pss-budget", "100ms",
                "--interval", "1s",
            ])
        let start = ContinuousClock.now
        let service = try RunningProgram(Executables.reportingService, [folder.path("agent.sock")])
        let url = "http://127.0.0.1:\(port)/metrics"
        try await eventually("all is watched: \(agent.errors)") {
            guard let answer = try? await HTTP.get(url) else { return false }
            return answer.values(of: "apus_service_up").filter { $0.key.contains("fleet") && $0.value == 1 }.count == 7
                && ["namedprocess_namegroup_num_procs{", "formats_orders_total{", "host_cpu_seconds_total{"]
                    .allSatisfy(answer.text.contains)
        }
        for _ in 0..<20 {
            _ = try await HTTP.send(
                .PUT, "http://127.0.0.1:\(reports)/v1/report/text/text-1", "# TYPE jobs_total counter\njobs_total 1\n",
                headers: ["Content-Type": "text/plain"])
            _ = try await HTTP.get(url)
            try await Task.sleep(for: .milliseconds(200))
        }
        // By then it has given back what its first clients needed once.
        try await Task.sleep(until: start + .seconds(12))
        _ = try await HTTP.get(url)
        let resident = try #require(LinuxProcess(pid: agent.pid).resident)
        for one in [service, agent] { one.stop() }
        return resident
    }
}

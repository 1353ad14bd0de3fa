import Foundation
import HostTesting
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
        exporter.signal(SIGTERM)
        _ = try await exporter.wait(.seconds(10))
        #expect(try await fleet.stop() == 0)
    }
}

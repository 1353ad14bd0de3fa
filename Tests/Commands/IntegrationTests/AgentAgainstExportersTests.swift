import Foundation
import HostTesting
import ServerTesting
import Testing

/// The agent's figures beside those of Debian's exporters at the same moment, where both claim the same.
@Suite(.timeLimit(.minutes(3))) struct AgentAgainstExportersTests {
    private let folder: TemporaryFolder
    private let port: Int

    init() throws {
        folder = try TemporaryFolder()
        port = try LoopbackPort.free()
    }

    private func agent(_ options: String...) async throws -> RunningProgram {
        let agent = try RunningProgram(
            Executables.agent,
            [
                "--listen", "127.0.0.1:\(port)", "--socket", folder.path("agent.sock"), "--interval", "200ms", "--journal",
                "off", "--log", "stderr",
            ] + options)
        try await eventually("the agent answers: \(agent.errors)") { (try? await HTTP.get(url).status) == 200 }
        return agent
    }

    private var url: String { "http://127.0.0.1:\(port)/metrics" }

    /// Values by series.
    private func samples(_ text: String) -> [String: Double] {
        var values: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            values[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        return values
    }

    // MARK: - Processes

    /// A program of two processes that has done what it does, and rests.
    private static let work =
        "import os, sys, time\n"
            + """
            def burn(seconds):
                end = time.process_time() + seconds
                while time.process_time() < end: os.getppid()
            hoard = bytearray(48 << 20)
            for place in range(0, len(hoard), 4096): hoard[place] = 1
            parent = os.getpid()
            if os.fork() == 0:
                burn(0.2)
                open(sys.argv[2], "w").close()
                while os.getppid() == parent: time.sleep(0.2)
                os._exit(0)
            burn(0.3)
            with open(sys.argv[1], "wb") as file: file.write(b"x" * (1 << 22))
            open(sys.argv[1] + ".done", "w").close()
            time.sleep(300)
            """

    @Test func `a group is what prometheus-process-exporter has of it`() async throws {
        let mark = "apus-\(UUID().uuidString)"
        try folder.write("groups: [{ service: burner, match: { command: '\(mark)' } }]", to: "watch.yaml")
        try folder.write("process_names: [{ name: burner, cmdline: ['\(mark)'] }]", to: "exporter.yaml")
        // It counts all of what a process has used where that has begun after its first look, by a clock of whole seconds.
        let exporter = try ExporterProcess("prometheus-process-exporter", of: "prometheus-process-exporter") {
            ["-config.path", folder.path("exporter.yaml"), "-web.listen-address", "127.0.0.1:\($0)"]
        }
        _ = try exporter.scrape()
        try await Task.sleep(for: .milliseconds(1500))
        let program = try RunningProgram(
            "/usr/bin/python3", ["-c", Self.work, folder.path("blob"), folder.path("child.done"), mark])
        defer { program.stop() }
        try await eventually("the work is done: \(program.errors)") {
            ["blob.done", "child.done"].allSatisfy { FileManager.default.fileExists(atPath: folder.path($0)) }
        }
        let agent = try await agent("--config", folder.path("watch.yaml"))
        defer { agent.stop() }
        // What is read at turns alone.
        try await eventually("it has its second turn") {
            try await HTTP.get(url).values(of: "apus_agent_samples_total").values.first ?? 0 >= 3
        }
        let peer = samples(try exporter.scrape())
        let own = samples(try await HTTP.get(url).text)
        func check(_ name: String, _ peerName: String, within: Double = 0, _ remark: Comment? = nil) {
            let (name, labels) = Self.parts(name)
            let (peerFamily, peerLabels) = Self.parts(peerName)
            let found = own["\(name){service=\"burner\",instance=\"burner\"\(labels.isEmpty ? "" : ",\(labels)")}"]
            let expected = peer.first { series, _ in
                let (family, all) = Self.parts(series)
                return family == "namedprocess_namegroup_\(peerFamily)" && all.contains("groupname=\"burner\"")
                    && (peerLabels.isEmpty || all.contains(peerLabels))
            }?.value
            guard let found, let expected else {
                Issue.record("\(name) or \(peerName) is not served")
                return
            }
            #expect(abs(found - expected) <= within * abs(expected) + 1e-9, "\(name): \(found), \(peerName): \(expected)")
        }
        check("service_process_cpu_seconds_total{mode=\"user\"}", "cpu_seconds_total{mode=\"user\"}", within: 0.01)
        check("service_process_cpu_seconds_total{mode=\"system\"}", "cpu_seconds_total{mode=\"system\"}", within: 0.01)
        check("service_process_resident_memory_bytes", "memory_bytes{memtype=\"resident\"}", within: 0.01)
        check("service_process_virtual_memory_bytes", "memory_bytes{memtype=\"virtual\"}")
        check("service_process_swap_bytes", "memory_bytes{memtype=\"swapped\"}")
        check("service_process_threads", "num_threads")
        check("service_process_open_fds", "open_filedesc")
        check("service_process_open_fds_ratio", "worst_fd_ratio")
        check("service_process_start_time_seconds", "oldest_start_time_seconds", within: 1e-9)
        check("service_process_page_faults_total{kind=\"minor\"}", "minor_page_faults_total", within: 0.01)
        check("service_process_page_faults_total{kind=\"major\"}", "major_page_faults_total", within: 0.01)
        check("service_process_storage_bytes_total{direction=\"write\"}", "write_bytes_total")
        check("service_processes{state=\"sleeping\"}", "states{state=\"Sleeping\"}")
        check("service_processes{state=\"zombie\"}", "states{state=\"Zombie\"}")
    }

    /// The name of a series, and its labels without braces.
    private static func parts(_ series: String) -> (name: String, labels: String) {
        guard let brace = series.firstIndex(of: "{") else { return (series, "") }
        return (String(series[..<brace]), String(series[series.index(after: brace)...].dropLast()))
    }

    // MARK: - The host

    /// The host's figures go on between two looks: that of the exporter lies between two of the agent, or is within 1 % of one.
    @Test func `the host is what prometheus-node-exporter has of it`() async throws {
        let exporter = try ExporterProcess("prometheus-node-exporter", of: "prometheus-node-exporter") {
            [
                "--web.listen-address=127.0.0.1:\($0)", "--collector.disable-defaults", "--collector.cpu", "--collector.stat",
                "--collector.meminfo", "--collector.loadavg", "--collector.filefd", "--collector.pressure",
            ]
        }
        let agent = try await agent()
        defer { agent.stop() }
        // A figure that jumps and returns between the two looks says nothing.
        var differences: [String] = []
        for _ in 0..<5 {
            differences = try await compare(with: exporter)
            if differences.isEmpty { break }
        }
        #expect(differences == [])
    }

    private func compare(with exporter: ExporterProcess) async throws -> [String] {
        // Readings that come within 50 ms share one look.
        try await Task.sleep(for: .milliseconds(60))
        let before = samples(try await HTTP.get(url).text)
        let peer = samples(try exporter.scrape())
        try await Task.sleep(for: .milliseconds(60))
        let after = samples(try await HTTP.get(url).text)
        var differences: [String] = []
        for (name, peerName) in Self.sameOnHost {
            let (expected, unit) =
                peerName == "node_cpu_seconds_total"
                ? (Self.processors(peer, Self.parts(name).labels), 0.02) : (peer[peerName], 0)
            guard let low = before[name], let high = after[name], let expected else {
                differences.append("\(name) or \(peerName) is not served")
                continue
            }
            let least = (min(low, high) - unit) * 0.99
            let most = (max(low, high) + unit) * 1.01
            if expected < least || expected > most {
                differences.append("\(name): \(low) and then \(high), \(peerName) between them: \(expected)")
            }
        }
        let processors = Set(
            peer.keys.filter { $0.hasPrefix("node_cpu_seconds_total{") }.map { Self.parts($0).labels.prefix { $0 != "," } })
        if after["host_cpus"] != Double(processors.count) { differences.append("host_cpus") }
        return differences
    }

    /// The sum over processors of the mode that a label names.
    private static func processors(_ samples: [String: Double], _ mode: String) -> Double? {
        let own = samples.filter { $0.key.hasPrefix("node_cpu_seconds_total{") && $0.key.contains(mode) }.values
        return own.isEmpty ? nil : own.reduce(0, +)
    }

    private static let sameOnHost: [(String, String)] =
        ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"].map {
            ("host_cpu_seconds_total{mode=\"\($0)\"}", "node_cpu_seconds_total")
        } + [
            ("host_context_switches_total", "node_context_switches_total"), ("host_forks_total", "node_forks_total"),
            ("host_boot_time_seconds", "node_boot_time_seconds"), ("host_load1", "node_load1"),
            ("host_load5", "node_load5"), ("host_load15", "node_load15"),
            ("host_memory_total_bytes", "node_memory_MemTotal_bytes"),
            ("host_memory_available_bytes", "node_memory_MemAvailable_bytes"),
            ("host_memory_free_bytes", "node_memory_MemFree_bytes"),
            ("host_memory_buffers_bytes", "node_memory_Buffers_bytes"),
            ("host_memory_cached_bytes", "node_memory_Cached_bytes"),
            ("host_swap_total_bytes", "node_memory_SwapTotal_bytes"),
            ("host_swap_free_bytes", "node_memory_SwapFree_bytes"), ("host_open_files", "node_filefd_allocated"),
            ("host_open_files_max", "node_filefd_maximum"),
        ]
        + [("cpu", "waiting"), ("io", "waiting"), ("memory", "waiting"), ("io", "stalled"), ("memory", "stalled")].map {
            ("host_pressure_\($1)_seconds_total{resource=\"\($0)\"}", "node_pressure_\($0)_\($1)_seconds_total")
        }
}

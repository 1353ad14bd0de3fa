import AgentMetrics
import ApusAgent
import ApusMetrics
import Foundation
import HostTesting
import Testing

/// What is served of the whole machine, over captured files.
@Suite struct HostSourcesTests {
    private func host(_ exposition: Exposition) -> [String: String] {
        exposition.samples.filter { $0.key.hasPrefix("host_") }
    }

    @Test func `every figure has its series without labels of a target`() throws {
        let found = host(try FixtureHost.wholeMachine())
        #expect(found["host_cpus"] == "2")
        #expect(found[#"host_cpu_seconds_total{mode="user"}"#] == "5436.44")
        #expect(found[#"host_cpu_seconds_total{mode="steal"}"#] == "65.68")
        #expect(found["host_memory_total_bytes"] == "25276514304")
        #expect(found["host_swap_free_bytes"] == "1609564160")
        #expect(found.keys.count { $0.hasPrefix("host_cpu_seconds_total{") } == HostCPUMode.allCases.count)
        // Not of the processors: somebody runs while somebody waits for one.
        #expect(found.keys.count { $0.hasPrefix("host_pressure_stalled_seconds_total{") } == 2)
        #expect(!found.keys.contains { $0.contains("service=") })
    }

    @Test func `a counter does not fall when the kernel's idle time does, and goes on in the open file`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let idle = #"host_cpu_seconds_total{mode="idle"}"#
        let before = try #require(exposition.samples[idle])
        let text = try host.folder.read("host/proc/stat")
        try host.overwrite("proc/stat", with: text.replacing(" 51111 ", with: " 51101 ").replacing("543644", with: "543650"))
        host.time.pass(.seconds(1))
        let after = exposition.samples
        #expect(after[idle] == before)
        #expect(after[#"host_cpu_seconds_total{mode="user"}"#] == "5436.5")
    }

    @Test func `what a kernel has not, is not served and is no failure`() throws {
        let host = try FixtureHost()
        for name in ["pressure", "sys", "loadavg", "meminfo"] { try host.folder.remove("host/proc/\(name)") }
        let samples = host.exposition(try host.host()).samples
        let families = Set(samples.keys.filter { $0.hasPrefix("host_") }.map { $0.prefix { $0 != "{" } })
        #expect(families.contains("host_cpus") && !families.contains { $0.hasPrefix("host_memory_") })
        for source in ["host-pressure", "host-memory", "host-load", "host-files", "host-boot"] {
            #expect(samples["apus_source_up{source=\"\(source)\"}"] == nil)
        }
        #expect(samples["apus_source_up{source=\"host-stat\"}"] == "1")
    }

    @Test func `where proc has nothing but processes every source of the host is down, and one line says what to do`() throws {
        let host = try FixtureHost()
        for name in ["stat", "pressure", "sys", "loadavg", "meminfo", "uptime"] { try host.folder.remove("host/proc/\(name)") }
        let exposition = host.exposition(try host.host())
        for _ in 1...2 {
            let samples = exposition.samples
            #expect(!samples.keys.contains { $0.hasPrefix("host_") })
            for source in ["host-stat", "host-pressure", "host-memory", "host-load", "host-files", "host-boot"] {
                #expect(samples["apus_source_up{source=\"\(source)\"}"] == "0", "\(source)")
            }
            host.time.pass(.seconds(1))
        }
        let lines = host.log.lines("files of the machine are not there, and the figures of the host are not served")
        #expect(lines.count == 1 && lines.first?["sources"]?.contains("host-memory") == true)
        let fault = lines.first?["fault"] ?? ""
        #expect(fault.contains("/proc/") && fault.contains("ProcSubset=all"), "\(fault)")
        #expect(host.log.lines("a source cannot be read; what it said last is served for 300 s").isEmpty)
    }

    @Test func `an empty file is no host without processors, but a source that is down`() throws {
        let host = try FixtureHost()
        try host.overwrite("proc/stat", with: "")
        let samples = host.exposition(try host.host()).samples
        #expect(samples["apus_source_up{source=\"host-stat\"}"] == "0")
        for name in ["host_cpu", "host_forks", "host_context", "host_boot_time"] {
            #expect(!samples.keys.contains { $0.hasPrefix(name) }, "\(name)")
        }
    }

    @Test func `a file of pressure that says nothing takes the series of no other`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let waiting = exposition.samples.keys.filter { $0.hasPrefix("host_pressure_waiting_seconds_total{") }
        #expect(waiting.count == 3)
        try host.overwrite("proc/pressure/io", with: "nonsense\n")
        host.time.pass(.seconds(1))
        let samples = exposition.samples
        #expect(samples.keys.filter { $0.hasPrefix("host_pressure_waiting_seconds_total{") }.count == 2)
        #expect(samples[#"host_pressure_waiting_seconds_total{resource="io"}"#] == nil)
        #expect(samples["apus_source_up{source=\"host-pressure\"}"] == "0")
        let told = host.log.lines("a source cannot be read; what it said last is served for 300 s")
        #expect(told.count == 1 && told.first?["fault"]?.contains("proc/pressure/io: ") == true, "\(told)")
        // Nor does one that cannot even be opened.
        try host.folder.remove("host/proc/pressure/io")
        let anew = host.exposition(try host.host()).samples
        #expect(anew.keys.filter { $0.hasPrefix("host_pressure_waiting_seconds_total{") }.count == 2)
        #expect(anew["apus_source_up{source=\"host-pressure\"}"] == "0")
    }

    @Test func `whole numbers of the host are exact past what a double holds, and its counters began with the boot`() throws {
        let host = try FixtureHost { $0.createdSeries = true }
        let text = try host.folder.read("host/proc/stat").split(separator: "\n").map { line in
            line.hasPrefix("ctxt ")
                ? "ctxt 9007199254740993" : line.hasPrefix("processes ") ? "processes 9007199254740995" : line
        }
        try host.overwrite("proc/stat", with: text.joined(separator: "\n") + "\n")
        let exposition = String(decoding: host.exposition(try host.host()).render(.openMetrics100), as: UTF8.self)
        let lines = Set(exposition.split(separator: "\n").map(String.init))
        #expect(lines.contains("host_context_switches_total 9007199254740993"))
        #expect(lines.contains("host_forks_total 9007199254740995"))
        for name in ["host_forks_created", "host_pressure_waiting_seconds_created{resource=\"cpu\"}"] {
            #expect(
                lines.contains { $0.hasPrefix("\(name) ") && Double($0.dropFirst(name.count + 1)) == 1_764_000_000 }, "\(name)")
        }
    }

    @Test func `a source that is switched off is not read`() throws {
        let names = ["host-stat", "host-memory", "host-load", "host-pressure", "host-files", "host-boot"]
        let host = try FixtureHost { configuration in
            configuration.sources = (try? SourceChoice(without: names)) ?? .all
        }
        #expect(self.host(host.exposition(try host.host())).isEmpty)
    }

    @Test func `the machine's own figures are those of its kernel, and cost a scrape little`() async throws {
        try await RunningAgent.with { agent in
            let samples = try await agent.get("/metrics").samples
            func value(_ name: String) -> Double { samples[name].flatMap { Double($0) } ?? -1 }
            #expect(value("host_cpus") >= 1 && value("host_memory_available_bytes") > 0)
            #expect(value("host_open_files") > 0 && value("host_forks_total") > 0)
            let uptime = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
            let now = try #require(uptime.split(separator: " ").first.flatMap { Double($0) })
            #expect(abs(value("host_uptime_seconds") - now) < 30)
            #expect(samples.keys.contains { $0.hasPrefix("host_boot_info{boot_id=\"") })
        }
    }
}

extension FixtureHost {
    fileprivate static func wholeMachine() throws -> Exposition {
        let host = try FixtureHost()
        return host.exposition(try host.host())
    }
}

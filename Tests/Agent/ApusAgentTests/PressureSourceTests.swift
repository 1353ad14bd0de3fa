import AgentMetrics
import ApusAgent
import Foundation
import HostTesting
import Testing

private let worker = #"service="worker",instance="worker-1""#

/// The pressure of control groups, over captured files.
@Suite struct PressureSourceTests {
    private static let group = "sys/fs/cgroup/system.slice/system-apus\\x2dworker.slice/apus-worker@worker-1.service"

    private func pressures(_ exposition: Exposition) -> [String: String] {
        exposition.samples.filter { $0.key.hasPrefix("service_pressure_") }
    }

    @Test func `some is waiting and full is stalled, in seconds of the group of the process`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        try host.report(FixtureHost.api, pid: 4712, connection: 2)
        let exposition = host.exposition(try host.host())
        // The other process' group has no such files.
        #expect(
            pressures(exposition) == [
                "service_pressure_waiting_seconds_total{\(worker),resource=\"cpu\"}": "1.436335",
                "service_pressure_stalled_seconds_total{\(worker),resource=\"cpu\"}": "1.433346",
                "service_pressure_waiting_seconds_total{\(worker),resource=\"memory\"}": "0.218407",
                "service_pressure_stalled_seconds_total{\(worker),resource=\"memory\"}": "0.173911",
                "service_pressure_waiting_seconds_total{\(worker),resource=\"io\"}": "0.092718",
                "service_pressure_stalled_seconds_total{\(worker),resource=\"io\"}": "0.081533",
            ])
        #expect(exposition.samples["apus_source_up{source=\"pressure\"}"] == "1")
    }

    @Test func `a kernel that does not count all processes' waiting for CPU has no such series`() throws {
        let host = try FixtureHost()
        try host.overwrite("\(Self.group)/cpu.pressure", with: "some avg10=0.00 avg60=0.00 avg300=0.00 total=5000000\n")
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let found = pressures(host.exposition(try host.host()))
        #expect(found["service_pressure_waiting_seconds_total{\(worker),resource=\"cpu\"}"] == "5")
        #expect(found["service_pressure_stalled_seconds_total{\(worker),resource=\"cpu\"}"] == nil)
        #expect(found.count == 5)
    }

    @Test func `a file that is missing, or cannot be read, leaves the other resources`() throws {
        let host = try FixtureHost()
        try host.folder.remove("host/\(Self.group)/io.pressure")
        try host.overwrite("\(Self.group)/memory.pressure", with: "")
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        #expect(pressures(exposition).count == 2)
        #expect(exposition.samples["apus_source_up{source=\"pressure\"}"] == "1")
    }

    @Test func `where there is no pressure information nothing is served and nothing fails`() throws {
        let host = try FixtureHost()
        try host.folder.remove("host/\(Self.group)")
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        #expect(pressures(exposition).isEmpty)
        #expect(exposition.samples["apus_source_up{source=\"pressure\"}"] == nil)
        #expect(exposition.samples["apus_source_age_seconds{source=\"pressure\"}"] == nil)
    }

    @Test func `pressure information that is switched on, and a group that comes back, are read`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        let (group, hidden) = (host.folder.path("host/\(Self.group)"), host.folder.path("hidden"))
        try FileManager.default.moveItem(atPath: group, toPath: hidden)
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        #expect(pressures(exposition).isEmpty)
        try FileManager.default.moveItem(atPath: hidden, toPath: group)
        host.time.pass(.seconds(15))
        host.table.tick(at: host.time.now)
        #expect(pressures(exposition).count == 6)
    }

    @Test func `of a process that is moved the counts go on with its new group`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        #expect(pressures(exposition).count == 6)
        let other = "sys/fs/cgroup/other.slice"
        try FileManager.default.copyItem(
            atPath: host.folder.path("host/\(Self.group)"), toPath: host.folder.path("host/\(other)"))
        try host.overwrite("\(other)/cpu.pressure", with: "some avg10=0.00 avg60=0.00 avg300=0.00 total=7000000\n")
        try host.overwrite("proc/4711/cgroup", with: "0::/other.slice\n")
        host.time.pass(.seconds(15))
        let name = "service_pressure_waiting_seconds_total{\(worker),resource=\"cpu\"}"
        #expect(pressures(exposition)[name] == "1.436335")
        try host.overwrite("\(other)/cpu.pressure", with: "some avg10=0.00 avg60=0.00 avg300=0.00 total=7500000\n")
        host.time.pass(.seconds(15))
        #expect(pressures(exposition)[name] == "1.936335")
        #expect(exposition.samples["apus_source_up{source=\"pressure\"}"] == "1")
        // The root of all groups has the pressure on the machine.
        try host.overwrite("proc/4711/cgroup", with: "0::/\n")
        try host.folder.copyPressure(from: other, to: "sys/fs/cgroup")
        host.time.pass(.seconds(15))
        #expect(pressures(exposition).isEmpty)
    }

    @Test func `a file that cannot be read while the process is moved loses no count, and goes on once it can`() throws {
        let host = try FixtureHost()
        let exposition = host.exposition(try host.host())
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        #expect(pressures(exposition).count == 6)
        let other = "sys/fs/cgroup/other.slice"
        try FileManager.default.copyItem(
            atPath: host.folder.path("host/\(Self.group)"), toPath: host.folder.path("host/\(other)"))
        func wait(_ resource: String, _ total: Int) throws {
            let text = "some avg10=0.00 avg60=0.00 avg300=0.00 total=\(total)\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
            try host.overwrite("\(other)/\(resource).pressure", with: text)
        }
        try wait("cpu", 7_000_000)
        // A folder cannot be read as a file.
        try host.folder.remove("host/\(other)/io.pressure")
        try FileManager.default.createDirectory(
            atPath: host.folder.path("host/\(other)/io.pressure"), withIntermediateDirectories: false)
        try host.overwrite("proc/4711/cgroup", with: "0::/other.slice\n")
        func waited(_ resource: String) -> String? {
            pressures(exposition)["service_pressure_waiting_seconds_total{\(worker),resource=\"\(resource)\"}"]
        }
        host.time.pass(.seconds(15))
        #expect(waited("cpu") == "1.436335" && waited("io") == nil)
        #expect(exposition.samples["apus_source_up{source=\"pressure\"}"] == "0")
        try wait("cpu", 7_500_000)
        host.time.pass(.seconds(15))
        #expect(waited("cpu") == "1.936335" && waited("io") == nil)
        try host.folder.remove("host/\(other)/io.pressure")
        try host.folder.write("", to: "host/\(other)/io.pressure")
        try wait("io", 90_000_000)
        host.time.pass(.seconds(15))
        #expect(waited("cpu") == "1.936335" && waited("io") == "0.092718")
        try wait("io", 91_000_000)
        host.time.pass(.seconds(15))
        #expect(waited("io") == "1.092718")
        #expect(exposition.samples["apus_source_up{source=\"pressure\"}"] == "1")
    }

    @Test func `what is read is what the kernel has counted by then`() throws {
        let host = try FixtureHost()
        try host.report(FixtureHost.worker, pid: 4711, connection: 1)
        let exposition = host.exposition(try host.host())
        try host.overwrite(
            "\(Self.group)/io.pressure",
            with: """
                some avg10=1.00 avg60=0.50 avg300=0.10 total=2000000
                full avg10=0.50 avg60=0.25 avg300=0.05 total=1000000

                """)
        host.time.pass(.seconds(15))
        let found = pressures(exposition)
        #expect(found["service_pressure_waiting_seconds_total{\(worker),resource=\"io\"}"] == "2")
        #expect(found["service_pressure_stalled_seconds_total{\(worker),resource=\"io\"}"] == "1")
    }
}

extension TemporaryFolder {
    fileprivate func copyPressure(from group: String, to other: String) throws {
        for resource in ["cpu", "memory", "io"] {
            try FileManager.default.copyItem(
                atPath: path("host/\(group)/\(resource).pressure"), toPath: path("host/\(other)/\(resource).pressure"))
        }
    }
}

import ApusTopology
import Foundation
import HostTesting
import NotificationFleet
import Testing

/// The installed fleet under a real systemd, with the executables of this build.
@Suite struct `A host with the units installed` {
    private static let units = ["apus-agent.service"] + FleetHost.services

    private func installed() throws -> BootedHost {
        let fleet = try FleetHost()
        try fleet.run(["systemctl", "enable", "--now", "apus.target"])
        return fleet.host
    }

    private func metrics(_ host: BootedHost) throws -> String {
        try host.run(["curl", "--silent", "--max-time", "5", "http://127.0.0.1:9480/metrics"]).output
    }

    private func mainPID(_ host: BootedHost, _ unit: String) throws -> Int32 {
        let text = try host.run(["systemctl", "show", "--property=MainPID", "--value", unit]).output
        return Int32(text.split(separator: "\n").first ?? "") ?? 0
    }

    private func journal(_ host: BootedHost) throws -> String {
        try host.run(["journalctl", "--no-pager", "--unit=apus-*"]).output
    }

    @Test func `runs the whole fleet in its sandbox, watched by its agent, and restarts what dies`() throws {
        let host = try installed()
        let allUp = try comesTrue(within: .seconds(30)) {
            try metrics(host).split(separator: "\n").filter { $0.hasPrefix("apus_service_up{") && $0.hasSuffix(" 1") }.count
                == 7
        }
        let start = try journal(host)
        #expect(allUp, "\(start)")
        #expect(try host.run(["systemctl", "is-active"] + Self.units).status == 0)

        // The sandbox lets the agent see processes of another user: their memory and their limits.
        let text = try metrics(host)
        for name in ["service_process_resident_memory_bytes", "service_process_max_fds"] {
            #expect(text.split(separator: "\n").filter { $0.hasPrefix("\(name){") }.count == 7, "\(name)")
        }
        // It knows each process's unit, and counts the journal.
        #expect(
            text.contains(
                #"apus_service_unit_info{service="worker",instance="worker-3",unit="apus-worker@worker-3.service"} 1"#))
        #expect(text.contains("apus_journal_up 1\n"))
        // It hears of units on the bus.
        for unit in Self.units {
            #expect(text.contains("systemd_unit_state{unit=\"\(unit)\",state=\"active\"} 1\n"), "\(unit)")
        }
        // It lets the services use their database: what an API takes is delivered.
        let request = try host.run([
            "curl", "--silent", "--fail", "--header", "Content-Type: application/json", "--data",
            #"{"userId": "u1", "channel": "log", "title": "Hello", "body": "from Apus"}"#,
            "http://127.0.0.1:3002/notifications",
        ])
        let answered = try journal(host)
        #expect(request.status == 0, "\(request.output)\(answered)")
        let delivered = try comesTrue(within: .seconds(20)) {
            try metrics(host).contains(
                /notifications_delivered_total\{service="worker",instance="worker-\d",channel="log"\} 1\n/)
        }
        let last = try metrics(host)
        #expect(delivered, "\(last)")

        for unit in ["apus-agent.service", "apus-worker@worker-3.service"] {
            let first = try mainPID(host, unit)
            #expect(first > 0)
            #expect(try host.run(["kill", "-KILL", "\(first)"]).status == 0)
            let again = try comesTrue(within: .seconds(20)) {
                let second = try mainPID(host, unit)
                return second > 0 && second != first
            }
            #expect(again, "\(unit)")
        }

        // Nothing was refused that the processes would talk about.
        let journal = try journal(host)
        #expect(!journal.contains("Failed to set thread priority"))
        #expect(!journal.contains("Permission denied") && !journal.contains("not permitted"))

        #expect(try host.run(["systemctl", "stop", "apus.target"]).status == 0)
        let stopped = try comesTrue(within: .seconds(30)) {
            try Self.units.allSatisfy { try host.run(["systemctl", "is-active", $0]).output == "inactive\n" }
        }
        let left = try host.run(["systemctl", "list-units", "--all", "apus-*"])
        #expect(stopped, "\(left.output)")
    }
}

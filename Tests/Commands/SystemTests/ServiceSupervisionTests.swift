import EventCatalog
import Foundation
import HostTesting
import Testing

/// Readiness, status, watchdog, stop and log of the API and the workers, as a real systemd and a real journald have them.
@Suite struct `Services under systemd` {
    private struct Statistics: Decodable {
        struct Notifications: Decodable, Equatable {
            let pending: Int
            let processing: Int
            let delivered: Int
            let dead: Int
            let attempts: Int
        }

        let notifications: Notifications
    }

    private static let worker = "apus-worker@worker-1.service"
    private static let others = (2...5).map { "apus-worker@worker-\($0).service" }
    private let fleet: FleetHost
    private var host: BootedHost { fleet.host }

    init() throws {
        fleet = try FleetHost()
        // Short times, which the watchdog has to match.
        try fleet.configure(
            Self.worker,
            [
                "[Service]", "WatchdogSec=4s", "TimeoutStopSec=1s", "ExecStart=",
                "ExecStart=/usr/bin/apus worker --instance %i --poll-interval 500ms --lease-duration 4s"
                    + " --data /var/lib/apus --agent-socket /run/apus/agent.sock",
            ])
    }

    @Test func `are ready with their database, restarted when they hang, waited for at a stop, and in the journal`() throws {
        try startWithoutDatabase()
        try logged()
        try hang()
        try stopDuringAnAttempt()
    }

    /// The services may not enter the database's folder at first.
    private func startWithoutDatabase() throws {
        try fleet.run(["chown", "root:root", "/var/lib/apus"])
        try fleet.run(["systemctl", "enable", "--quiet", "apus.target"])
        try fleet.run(["systemctl", "start", "--no-block", "apus.target"])
        func states() throws -> [[String: String]] {
            try fleet.properties(["ActiveState", "SubState", "StatusText", "NRestarts"], of: FleetHost.services)
        }
        let waiting = try comesTrue(within: .seconds(60)) {
            try states().allSatisfy {
                $0["SubState"] == "start" && $0["StatusText"]?.hasPrefix("waiting for the database: ") == true
            }
        }
        let before = try states()
        #expect(waiting, "\(before)")
        #expect(before.allSatisfy { $0["ActiveState"] == "activating" })
        try fleet.run(["chown", "apus:apus", "/var/lib/apus"])
        let active = try comesTrue(within: .seconds(60)) { try states().allSatisfy { $0["ActiveState"] == "active" } }
        let after = try states()
        #expect(active, "\(after)")
        #expect(after.allSatisfy { $0["NRestarts"] == "0" })
        let status = try fleet.run(["systemctl", "status", "--no-pager", "apus-api@api-2.service", Self.worker])
        #expect(status.contains(#"Status: "serving on :3002""#))
        #expect(status.contains(/Status: "delivering 0\/s, 0 leased(, queue 0)?"/))
    }

    private func logged() throws {
        let own = ["MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "LOGGER", "CODE_FILE", "CODE_LINE", "CODE_FUNC", "MESSAGE_ID"]
        let expected: [(event: CataloguedEvent, unit: String, identifier: String, priority: String, metadata: [String])] = [
            (.agentReady, "apus-agent.service", "apus-agent", "6", ["ADDRESS"]),
            (.apiStarted, "apus-api@api-1.service", "apus-api", "6", ["ADDRESS", "INSTANCE"]),
            (.workerStarted, "apus-worker@worker-2.service", "apus-worker", "6", ["OWNER", "INSTANCE"]),
            (.storeUnreachable, "apus-api@api-2.service", "apus-api", "4", ["ERROR", "INSTANCE"]),
            (.storeUnreachable, Self.worker, "apus-worker", "4", ["ERROR", "INSTANCE"]),
        ]
        for (event, unit, identifier, priority, metadata) in expected {
            let entry = try #require(
                try fleet.journal("MESSAGE_ID=\(event.id)", "_SYSTEMD_UNIT=\(unit)").first, "\(event) of \(unit)")
            for name in own + metadata { #expect(entry[name]?.isEmpty == false, "\(name) of \(event)") }
            #expect(entry["SYSLOG_IDENTIFIER"] == identifier)
            #expect(entry["PRIORITY"] == priority)
            #expect(entry["CODE_FILE"]?.hasSuffix(".swift") == true && Int(entry["CODE_LINE"] ?? "") != nil)
            #expect(entry["_TRANSPORT"] == "journal")
        }
        // The catalog is installed: journalctl explains what it shows.
        let explained = try fleet.run([
            "journalctl", "--catalog", "--no-pager", "MESSAGE_ID=\(CataloguedEvent.apiStarted.id)",
        ])
        #expect(explained.contains(CataloguedEvent.apiStarted.subject))
        #expect(explained.contains("takes requests at http://127.0.0.1:3001/notifications"))
    }

    /// A worker that stands still while it holds leases.
    private func hang() throws {
        try fleet.run(["systemctl", "stop"] + Self.others)
        let count = 1000
        let one = #"{"userId": "u1", "channel": "log", "title": "Hello", "body": "from Apus"}"#
        let file = "/run/batch.json"
        try Data("[\(Array(repeating: one, count: count).joined(separator: ","))]".utf8)
            .write(to: URL(fileURLWithPath: host.root + file))
        let first = try mainPID()
        try fleet.run([
            "sh", "-c",
            "curl --silent --fail --output /dev/null --header 'Content-Type: application/json' --data @\(file)"
                + " http://127.0.0.1:3001/notifications && kill -STOP \(first)",
        ])
        let restarted = try comesTrue(within: .seconds(60)) {
            let second = try mainPID()
            return second > 0 && second != first
        }
        #expect(restarted)
        let told = try fleet.run(["journalctl", "--no-pager", "--unit=\(Self.worker)", "--lines=2000"])
        #expect(told.contains("Watchdog timeout"))
        #expect(try fleet.properties(["NRestarts"], of: [Self.worker]) == [["NRestarts": "1"]])
        // Each is recorded once, whatever the hung one had begun.
        let delivered = try comesTrue(within: .seconds(60)) { try statistics().delivered >= count }
        let last = try statistics()
        #expect(delivered, "\(last)")
        #expect(last == .init(pending: 0, processing: 0, delivered: count, dead: 0, attempts: count))
    }

    /// An attempt that takes longer than the unit's TimeoutStopSec=1s.
    private func stopDuringAnAttempt() throws {
        try fleet.run([
            "systemd-run", "--quiet", "--unit=receiver", "python3", "-c",
            "import socket, time; s = socket.create_server(('127.0.0.1', 8099)); time.sleep(600)",
        ])
        let attempts = try statistics().attempts
        try fleet.run([
            "sh", "-c",
            """
            until curl --silent --max-time 0.1 --output /dev/null http://127.0.0.1:8099/; [ $? = 28 ]; do sleep 0.1; done
            curl --silent --fail --output /dev/null --header 'Content-Type: application/json' --data \
            '{"userId": "u1", "channel": "webhook", "title": "t", "body": "b", "webhookUrl": "http://127.0.0.1:8099/"}' \
            http://127.0.0.1:3001/notifications
            """,
        ])
        let begun = try comesTrue(within: .seconds(20)) {
            let now = try statistics()
            return now.processing == 1 || now.attempts > attempts
        }
        #expect(begun)
        try fleet.run(["systemctl", "stop", Self.worker])
        // Not killed: it recorded how the attempt ended, or that it gave it up.
        #expect(
            try fleet.properties(["Result", "ExecMainStatus"], of: [Self.worker]) == [
                ["Result": "success", "ExecMainStatus": "0"]
            ])
        #expect(try statistics().processing == 0)
        #expect(try fleet.journal("MESSAGE_ID=\(CataloguedEvent.workerStopped.id)", "_SYSTEMD_UNIT=\(Self.worker)").count == 1)
        try fleet.run(["systemctl", "stop", "apus.target"])
    }

    private func mainPID() throws -> Int {
        try fleet.properties(["MainPID"], of: [Self.worker]).first?["MainPID"].flatMap { Int($0) } ?? 0
    }

    private func statistics() throws -> Statistics.Notifications {
        let text = try fleet.run(["curl", "--silent", "--fail", "--max-time", "10", "http://127.0.0.1:3002/stats"])
        return try JSONDecoder().decode(Statistics.self, from: Data(text.utf8)).notifications
    }
}

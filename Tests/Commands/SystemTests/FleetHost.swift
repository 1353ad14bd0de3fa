import ApusDeployment
import ApusTopology
import Foundation
import HostTesting
import NotificationFleet
import Testing

/// A booted host on which a fleet of this build is installed; nothing of it is started.
struct FleetHost {
    let host: BootedHost

    static let services = [1, 2].map { "apus-api@api-\($0).service" } + (1...5).map { "apus-worker@worker-\($0).service" }

    init(_ topology: Fleet = notificationFleet()) throws {
        host = try BootedHost()
        // Without symbols they fit into the container's memory.
        let folder = try TemporaryFolder()
        for name in ["apus", "apus-agent"] {
            let strip = try Command.run("strip", ["-o", folder.path(name), "\(BuiltProgram.folder)/\(name)"])
            #expect(strip.status == 0, "\(strip.errors)")
        }
        _ = try SystemdInstallation(
            fleet: try topology.validated(),
            executables: ["apus": folder.path("apus"), "apus-agent": folder.path("apus-agent")]
        ).install(under: host.root)
        try run(["systemd-sysusers", "apus.conf"])
        try run(["systemd-tmpfiles", "--create", "apus.conf"])
        try run(["journalctl", "--update-catalog"])
        try run(["systemctl", "daemon-reload"])
    }

    /// A command that is to succeed.
    @discardableResult
    func run(_ command: [String]) throws -> String {
        let step = try host.run(command)
        #expect(step.status == 0, "\(command): \(step.errors)\(step.output)")
        return step.output
    }

    /// A drop-in of a unit, in force from its next start on.
    func configure(_ unit: String, _ lines: [String]) throws {
        let folder = "\(host.root)/etc/systemd/system/\(unit).d"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = lines.joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/90-test.conf"))
        try run(["systemctl", "daemon-reload"])
    }

    /// Properties of units: for each unit, by name.
    func properties(_ names: [String], of units: [String]) throws -> [[String: String]] {
        try run(["systemctl", "show", "--property=\(names.joined(separator: ","))"] + units).components(separatedBy: "\n\n")
            .map { unit in
                Dictionary(
                    unit.split(separator: "\n").map { line in
                        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                        return (parts[0], parts.count > 1 ? parts[1] : "")
                    }
                ) { first, _ in first }
            }
    }

    /// Entries of the journal, oldest first; fields that are not one text are left out.
    func journal(_ matches: String...) throws -> [[String: String]] {
        try run(["journalctl", "--output=json", "--all", "--quiet", "--no-pager"] + matches).split(separator: "\n").map {
            line in
            let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            return entry.compactMapValues { $0 as? String }
        }
    }
}

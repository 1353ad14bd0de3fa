import ApusDeployment
import ApusFiles
import Foundation
import GeneratorTesting
import HostTesting
import Testing

/// The agent without a fleet has the units of a fleet's agent but for what names the fleet.
@Suite struct `The units of the package` {
    private static let units = ["apus-agent.service", "apus-agent.socket"]

    private let files = Dictionary(
        uniqueKeysWithValues: AgentPackage().files.map { ($0.path.replacing("deploy/debian/", with: ""), $0.contents) })

    /// A host on which the package's units lie in the place of those of a fleet.
    private func host() throws -> HostRoot {
        let root = try HostRoot(shopFleet())
        for unit in Self.units { try root.folder.write(try #require(files[unit]), to: "usr/lib/systemd/system/\(unit)") }
        return root
    }

    @Test func `leave systemd-analyze verify nothing to say, and an attacker little`() throws {
        let root = try host()
        #expect(try root.verify(Self.units) == "")
        #expect(try #require(try root.exposure(of: "apus-agent.service")) < 2)
    }

    @Test func `differ from a fleet's in what starts them and in the agent's options`() throws {
        let fleet = try HostRoot(shopFleet())
        let package = try host()
        func difference(_ unit: String) throws -> (gone: [String], new: [String]) {
            let path = "usr/lib/systemd/system/\(unit)"
            let (theirs, ours) = (try fleet.settings(path), try package.settings(path))
            return (theirs.filter { !ours.contains($0) }, ours.filter { !theirs.contains($0) })
        }
        let service = try difference("apus-agent.service")
        #expect(
            service.gone.map { $0.prefix { $0 != "=" } } == ["Description", "PartOf", "ExecStart", "MemoryMax", "WantedBy"])
        #expect(
            service.new == [
                "Description=Apus agent", "Documentation=man:apus-agent(8)",
                "ExecStart=/usr/bin/apus-agent --listen 127.0.0.1:9480 --socket /run/apus/agent.sock"
                    + " --config /etc/apus/agent.yaml --interval 15s $ARGS",
                // Its file may name as many probes with a process as an agent takes.
                "MemoryMax=\((256 + 64 * 3) * 1_048_576)",
                "EnvironmentFile=-/etc/default/apus-agent", "WantedBy=multi-user.target",
            ])
        let socket = try difference("apus-agent.socket")
        #expect(socket.gone.map { $0.prefix { $0 != "=" } } == ["Description", "PartOf", "WantedBy"])
        #expect(
            socket.new == [
                "Description=Sockets of the Apus agent", "Documentation=man:apus-agent(8)", "WantedBy=sockets.target",
            ])
    }

    @Test func `have the users and folders that they name`() throws {
        let root = try host()
        try root.folder.write(try #require(files["apus-agent.sysusers"]), to: "usr/lib/sysusers.d/apus-agent.conf")
        try root.folder.write(try #require(files["apus-agent.tmpfiles"]), to: "usr/lib/tmpfiles.d/apus-agent.conf")
        let users = try Command.run("systemd-sysusers", ["--root=\(root.folder.path)", "apus-agent.conf"])
        #expect(users.passed, "\(users.errors)")
        #expect(try root.folder.lines(of: "etc/passwd").map { $0.prefix { $0 != ":" } } == ["apus-agent"])
        #expect(try root.folder.lines(of: "etc/group").contains { $0.hasPrefix("apus:") && $0.hasSuffix(":apus-agent") })
        let folders = try Command.run("systemd-tmpfiles", ["--create", "--root=\(root.folder.path)", "apus-agent.conf"])
        #expect(folders.passed, "\(folders.errors)")
        #expect(FileManager.default.fileExists(atPath: root.folder.path("run/apus")))
    }

    @Test func `have explanations of what an agent logs, and of nothing else`() throws {
        let catalog = try #require(files["apus-agent.catalog"])
        #expect(catalog.contains("Subject: The agent is ready") && !catalog.contains("API"))
    }
}

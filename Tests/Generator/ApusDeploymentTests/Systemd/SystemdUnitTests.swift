import ApusTopology
import Foundation
import GeneratorTesting
import HostTesting
import Testing

@Suite struct `systemd's units` {
    @Test(arguments: SystemdFleets.all)
    func `leave systemd-analyze verify nothing to say`(fleet: Fleet) throws {
        let root = try HostRoot(fleet)
        #expect(root.units.count > fleet.identities.count)
        #expect(try root.verify(root.units) == "")
    }

    /// Were these silent, the silence above would mean nothing.
    @Test(
        arguments: [
            ("Restart=always", "Restart=perhaps"), ("Type=notify", "Tipe=notify"), ("WatchdogSec=1m", "WatchdogSec=soon"),
            ("User=apus-agent", "Usr=apus-agent"),
            ("MemoryMax=268435456", "MemoryMax=much"), ("SystemCallFilter=@system-service", "SystemCallFilter=@no-such"),
            ("ExecStart=/usr/bin/apus-agent", "ExecStart=/usr/bin/apus-agend"), ("[Install]", "[Instal]"),
        ])
    func `are not verified once something in them is wrong`(right: String, wrong: String) throws {
        let root = try HostRoot(shopFleet())
        let path = "usr/lib/systemd/system/apus-agent.service"
        let unit = try root.folder.read(path)
        try root.folder.write(unit.replacing(right, with: wrong), to: path)
        #expect(unit.contains(right))
        #expect(try root.verify(["apus-agent.service"]) != "")
    }

    @Test(arguments: [("ListenStream=", "ListenStream=somewhere:"), ("SocketMode=0660", "SocketMode=all")])
    func `are not verified once something in a socket is wrong`(right: String, wrong: String) throws {
        let root = try HostRoot(shopFleet())
        let path = "usr/lib/systemd/system/apus-agent.socket"
        let unit = try root.folder.read(path)
        try root.folder.write(unit.replacing(right, with: wrong), to: path)
        #expect(unit.contains(right))
        #expect(try root.verify(["apus-agent.socket"]) != "")
    }

    @Test(arguments: [("localhost", ["ListenStream=127.0.0.1:9480"]), ("metrics.example.org", [])])
    func `have a socket for HTTP where the host's name is as good as a number`(host: String, streams: [String]) throws {
        let fleet = Fleet("f", host: host) {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
        }
        let root = try HostRoot(fleet)
        let socket = try root.settings("usr/lib/systemd/system/apus-agent.socket")
        #expect(socket.filter { $0.hasPrefix("ListenStream=") } == streams)
        #expect(socket.contains("ListenSequentialPacket=/run/apus/agent.sock"))
        #expect(try root.verify(root.units) == "")
    }

    @Test func `are not verified without the executables`() throws {
        let root = try HostRoot(shopFleet())
        try root.folder.remove("usr/bin/shop")
        for unit in ["apus-worker@worker-1.service", "apus-api@api-1.service"] { #expect(try root.verify([unit]) != "") }
    }

    @Test(arguments: SystemdFleets.all)
    func `leave an attacker little: an exposure below 2 of 10`(fleet: Fleet) throws {
        let root = try HostRoot(fleet)
        for unit in root.units where unit.hasSuffix(".service") {
            let exposure = try #require(try root.exposure(of: unit), "\(unit)")
            #expect(exposure < 2, "\(unit)")
        }
    }

    @Test func `let an agent live when a process of a probe is ended, with memory for those`() throws {
        let path = "usr/lib/systemd/system/apus-agent.service"
        for (fleet, processes) in [(shopFleet(), 0), (probedFleet, 8)] {
            let agent = try HostRoot(fleet).settings(path)
            #expect(agent.contains("OOMPolicy=continue") && agent.contains("KillMode=mixed"))
            #expect(agent.contains("MemoryMax=\((256 + processes * 3) * 1_048_576)"), "\(agent)")
        }
    }

    @Test func `are exposed without their sandbox`() throws {
        let root = try HostRoot(shopFleet())
        let path = "usr/lib/systemd/system/apus-agent.service"
        let unit = try root.folder.read(path)
        let bare = unit.split(separator: "\n").filter { !$0.hasPrefix("Protect") && !$0.hasPrefix("SystemCallFilter") }
        try root.folder.write(bare.joined(separator: "\n"), to: path)
        #expect(try #require(try root.exposure(of: "apus-agent.service")) > 2)
    }

    @Test func `start each instance as the topology declares it`() throws {
        let root = try HostRoot(shopFleet(scrapeInterval: .seconds(5)))
        let units = "usr/lib/systemd/system"
        let expected = [1, 2].map { "api/api-\($0)" } + (1...5).map { "worker/worker-\($0)" }
        #expect(try root.settings("etc/apus/agent.expect") == expected)
        let watched =
            ["apus-agent"] + [1, 2].map { "apus-api@api-\($0)" } + (1...5).map { "apus-worker@worker-\($0)" }
        #expect(
            try root.settings("\(units)/apus-agent.service").contains(
                "ExecStart=/usr/bin/apus-agent --listen 127.0.0.1:9480 --socket /run/apus/agent.sock"
                    + watched.map { " --watch-unit \($0).service" }.joined()
                    + " --interval 5s --expect-file /etc/apus/agent.expect"))
        #expect(
            try root.settings("\(units)/apus-agent.socket").filter { $0.hasPrefix("Listen") } == [
                "ListenStream=127.0.0.1:9480", "ListenSequentialPacket=/run/apus/agent.sock",
            ])
        #expect(
            try root.settings("\(units)/apus-worker@.service").contains(
                "ExecStart=/usr/bin/shop worker --instance %i --data /var/lib/apus --agent-socket /run/apus/agent.sock"
                    + " --connections ${APUS_CONNECTIONS}"
            ))
        #expect(
            try root.settings("\(units)/apus-api@.service").contains(
                "ExecStart=/usr/bin/shop api --instance %i --host 127.0.0.1 --port ${APUS_PORT} --data /var/lib/apus"
                    + " --agent-socket /run/apus/agent.sock --connections ${APUS_CONNECTIONS}"
            ))
        for number in [1, 2] {
            #expect(
                try root.settings("\(units)/apus-api@api-\(number).service.d/50-fleet.conf") == [
                    "[Service]", "Environment=APUS_PORT=\(3000 + number)",
                ])
        }
        let wanted = try root.settings("\(units)/apus.target").filter { $0.hasPrefix("Wants=") }
        #expect(wanted.count == 9 && wanted.contains("Wants=apus-worker@worker-5.service"))
    }

    @Test func `have an agent beside each instance where the topology places it there`() throws {
        let root = try HostRoot(shopFleet(.besideEachInstance))
        let units = "usr/lib/systemd/system"
        #expect(
            try root.settings("\(units)/apus-agent@.service").contains(
                "ExecStart=/usr/bin/apus-agent --listen ${APUS_LISTEN} --socket /run/apus/agent-%i.sock"
                    + " --watch-unit ${APUS_UNIT} --interval 15s --expect ${APUS_EXPECT} --journal units --journal-unit ${APUS_UNIT}"
            ))
        #expect(try root.settings("\(units)/apus-agent@.service").contains("StateDirectory=apus-agent/%i"))
        #expect(
            try root.settings("\(units)/apus-agent@worker-3.service.d/50-fleet.conf") == [
                "[Service]", "Environment=APUS_LISTEN=127.0.0.1:9093", "Environment=APUS_EXPECT=worker/worker-3",
                "Environment=APUS_UNIT=apus-worker@worker-3.service",
            ])
        #expect(try root.settings("\(units)/apus-agent@.service").contains("Requires=apus-agent@%i.socket"))
        #expect(
            try root.settings("\(units)/apus-agent@.socket").filter { $0.hasPrefix("Listen") } == [
                "ListenSequentialPacket=/run/apus/agent-%i.sock"
            ])
        #expect(
            try root.settings("\(units)/apus-agent@worker-3.socket.d/50-fleet.conf") == [
                "[Socket]", "ListenStream=127.0.0.1:9093",
            ])
        let worker = try root.settings("\(units)/apus-worker@.service")
        #expect(worker.contains("Wants=apus-agent@%i.service"))
        #expect(worker.contains { $0.contains("--agent-socket /run/apus/agent-%i.sock ") })
        #expect(!root.units.contains("apus-agent.service"))
    }

    @Test func `take users, folders, limits and shares from the topology`() throws {
        let root = try HostRoot(SystemdFleets.elsewhere)
        let units = "usr/local/lib/systemd/system"
        let agent = try root.settings("\(units)/apus-agent.service")
        for setting in [
            "User=watcher", "Group=mailer", "MemoryMax=67108864", "TasksMax=88", "LimitNOFILE=4321", "ProtectSystem=strict",
            "MemoryDenyWriteExecute=yes",
            "After=network-online.target apus-agent.socket", "Type=notify", "WatchdogSec=1m",
            "Requires=apus-agent.socket", "FileDescriptorStoreMax=2160", "ExecReload=/usr/bin/kill -HUP $MAINPID",
            "StateDirectory=apus-agent", "SupplementaryGroups=systemd-journal",
        ] { #expect(agent.contains(setting), "\(setting)") }
        // It writes to its StateDirectory alone: systemd makes its sockets.
        #expect(!agent.contains { $0.hasPrefix("ReadWritePaths") || $0.hasPrefix("RuntimeDirectory") })
        let socket = try root.settings("\(units)/apus-agent.socket")
        for setting in [
            "ListenStream=192.0.2.1:9480", "ListenSequentialPacket=/run/mail/agent.sock", "SocketUser=watcher",
            "SocketGroup=mailer", "SocketMode=0660", "FreeBind=yes",
        ] { #expect(socket.contains(setting), "\(setting)") }
        // Prometheus may be anywhere.
        #expect(!(agent + socket).contains { $0.hasPrefix("IPAddress") })
        let worker = try root.settings("\(units)/apus-mail@.service")
        for setting in [
            "User=mailer", "Group=mailer", "MemoryMax=814743552", "TasksMax=99", "LimitNOFILE=1234", "ReadWritePaths=/srv/mail",
            "Environment=APUS_CONNECTIONS=3", "TimeoutStopSec=20s", "Type=notify", "WatchdogSec=30s",
        ] { #expect(worker.contains(setting), "\(setting)") }
        #expect(worker.contains { $0.hasPrefix("ExecStart=/usr/local/bin/shop worker ") })
        // Ten connections for three: one has four.
        #expect(
            try root.settings("\(units)/apus-api@api-1.service.d/50-fleet.conf").contains("Environment=APUS_PORT=3001"))
        // Twice what alerts watch.
        let api = try root.settings("\(units)/apus-api@.service")
        #expect(api.contains("MemoryMax=\(2 * 512 << 20)"))
        // Who is waited for goes before the rest.
        #expect(api.contains("CPUWeight=500") && agent.contains("CPUWeight=1000"))
        #expect(!worker.contains { $0.hasPrefix("CPUWeight=") })
    }

    @Test func `make the users and folders that they name`() throws {
        let root = try HostRoot(SystemdFleets.elsewhere)
        let users = try Command.run("systemd-sysusers", ["--root=\(root.folder.path)", "apus.conf"])
        #expect(users.status == 0, "\(users.errors)")
        let passwd = try root.folder.read("etc/passwd")
        #expect(passwd.contains("mailer:x:") && passwd.contains("watcher:x:"))
        #expect(try root.folder.read("etc/group").contains(/mailer:x:\d+:watcher/))
        let folders = try Command.run("systemd-tmpfiles", ["--root=\(root.folder.path)", "--create", "apus.conf"])
        #expect(folders.status == 0, "\(folders.errors)")
        for (path, mode, owner) in [("run/mail", 0o750, "watcher"), ("srv/mail", 0o700, "mailer")] {
            let attributes = try FileManager.default.attributesOfItem(atPath: root.folder.path(path))
            #expect(attributes[.posixPermissions] as? Int == mode)
            let user = try #require(attributes[.ownerAccountID] as? Int)
            #expect(passwd.contains("\(owner):x:\(user):"))
        }
    }
}

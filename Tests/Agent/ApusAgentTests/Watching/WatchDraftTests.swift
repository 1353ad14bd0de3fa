import ApusAgent
import ApusLimits
import ApusLinux
import Foundation
import HostTesting
import Testing

/// The file that `apus-agent init` writes.
@Suite(.timeLimit(.minutes(1))) struct WatchDraftTests {
    private static let agent = BuiltProgram.path("apus-agent")

    /// What is written for a captured tree, its groups, and what they match there.
    private func draft(_ host: FixtureHost) throws -> (text: String, groups: [String], census: [String]) {
        let text = try WatchDraft(of: host.root).text
        let file = try WatchFile.parse(Array(text.utf8), path: "init")
        return (text, file.groups.map { "\($0.service)/\($0.instance)" }, try GroupCensus(of: file, root: host.root).lines)
    }

    private func make(_ groups: String..., in host: FixtureHost) throws {
        for group in groups {
            try FileManager.default.createDirectory(
                atPath: host.folder.path("host/sys/fs/cgroup/\(group)"), withIntermediateDirectories: true)
        }
    }

    @Test func `units, programs and containers are groups, and each matches`() throws {
        let host = try FixtureHost()
        let id = String(repeating: "0f", count: 32)
        try make(
            "system.slice/nginx.service", "system.slice/dbus.service", "system.slice/docker-\(id).scope",
            #"system.slice/system-pg\x2d1.slice/pg\x2d1@15-main.service"#, in: host)
        try host.put(
            .init(pid: 5001, name: "redis-server", command: "/usr/bin/redis-server 127.0.0.1:6379"),
            .init(pid: 5002, name: "node", command: "node --inspect /srv/checkout/server.js --port 1"),
            .init(pid: 5003, name: "node", command: "node --require dd-trace/init -C dev /srv/cart/server.js"),
            .init(pid: 5004, name: "strange", command: "/opt/it's/strange -v"),
            .init(pid: 5005, name: "gunicorn", command: "/usr/bin/python3 /usr/bin/gunicorn app:app"),
            .init(pid: 5006, name: "java", command: "java -Xmx1g -jar /srv/shop.jar"))
        let (text, groups, census) = try draft(host)
        #expect(
            groups == [
                "containers/${container}", "apus-worker-worker-1/apus-worker-worker-1", "batch-1/batch-1", "batch-2/batch-2",
                "nginx/nginx", #"pg_x2d1-15-main/pg_x2d1-15-main"#, "redis/redis", "gunicorn/gunicorn", "node/node-${script}",
                "java/java-${jar}",
            ])
        #expect(!census.contains { $0.contains("matches the group in line") }, "\(census)")
        #expect(census.contains { $0.hasPrefix("node/node-checkout_server.js: 1 process: 5002") })
        #expect(census.contains { $0.hasPrefix("node/node-cart_server.js: 1 process: 5003") })
        #expect(census.contains { $0.hasPrefix("containers/\(id.prefix(12)): 1 control group") })
        #expect(text.contains("  # - service: 'dbus'\n  #   match: { unit: 'dbus.service' }\n"))
        #expect(text.contains("  # - service: 'strange'\n"))
        // With the signs taken away the comments are groups.
        let whole = text.replacing("  # - ", with: "  - ").replacing("  #   ", with: "    ")
        #expect(try WatchFile.parse(Array(whole.utf8), path: "init").groups.count > groups.count)
    }

    @Test(arguments: [
        ("sshd@7-10.0.0.1:22-10.0.0.9:40022", "sshd@*"), ("sshd@12-1234-0", "sshd@*"), ("run-u12", "run-u*"),
        ("run-r0123456789abcdef0123456789abcdef", "run-r*"), ("job-5f2b8c0d9e1a4b7c", "job-*"),
        ("worker@3", "worker@3"), ("deadbeef", "deadbeef"), ("postgresql@15-main", "postgresql@15-main"),
        ("run-parts", "run-parts"),
    ])
    func `names that hold a counter, an address or a hash stand for all that are made so`(name: String, pattern: String) throws
    {
        let host = try FixtureHost()
        try make("system.slice/\(name).service", in: host)
        let (text, _, census) = try draft(host)
        #expect(text.contains("{ unit: '\(pattern).service' }"), "\(text)")
        #expect(!census.contains { $0.contains("matches the group in line") })
    }

    @Test func `many instances of one template are one group, and many units are bounded`() throws {
        let host = try FixtureHost()
        for number in 0..<20 { try make("system.slice/worker@\(number).service", in: host) }
        for number in 0..<100 { try make("system.slice/service-\(number).service", in: host) }
        let (text, groups, census) = try draft(host)
        #expect(groups.count == WatchLimits.draftGroups.value)
        #expect(text.contains("more groups are not written: 64 are the most"))
        #expect(!text.contains("worker@3.service"))
        #expect(census.count >= groups.count && !census.contains { $0.contains("matches the group in line") })
    }

    @Test func `a host on which nothing runs gets a file without groups`() throws {
        let host = try FixtureHost()
        try host.folder.remove("host/sys/fs/cgroup/system.slice")
        let (text, groups, _) = try draft(host)
        #expect(groups.isEmpty && text.hasPrefix("# Processes that apus-agent watches"))
    }

    @Test func `the command writes what check-config finds no fault with, and replaces nothing without being told to`()
        async throws
    {
        let folder = try TemporaryFolder()
        try folder.write("import time; time.sleep(300)", to: "apus-draft.py")
        let program = try RunningProgram("/usr/bin/python3", ["-u", folder.path("apus-draft.py")])
        try await eventually("the program runs") {
            (try? ProcessFacts(of: program.pid, root: .live))?.command.contains("apus-draft.py") == true
        }
        let path = folder.path("agent.yaml")
        let made = try Command.run(Self.agent, ["init", "--output", path])
        #expect(made.passed && made.output.contains("\(path) is written"), "\(made.text)")
        let checked = try Command.run(Self.agent, ["check-config", "--processes", path])
        #expect(checked.passed, "\(checked.text)")
        let name = "python/python-\(folder.path.split(separator: "/").last ?? "")_apus-draft.py: 1 process: \(program.pid)"
        #expect(checked.output.contains(name), "\(checked.output)")
        let again = try Command.run(Self.agent, ["init", "--output", path])
        #expect(again.status == 1 && again.errors.contains("\(path) is there already: --force replaces it"))
        #expect(try Command.run(Self.agent, ["init", "--output", path, "--force"]).passed)
        let printed = try Command.run(Self.agent, ["init"])
        #expect(printed.passed && printed.output.hasPrefix("# Processes that apus-agent watches"))
        #expect(try Command.run(Self.agent, ["init", "--force"]).errors.contains("it goes with --output PATH"))
        let nowhere = try Command.run(Self.agent, ["init", "--output", "/nowhere/agent.yaml"])
        #expect(nowhere.errors.contains("/nowhere/agent.yaml cannot be written: No such file or directory"))
    }
}

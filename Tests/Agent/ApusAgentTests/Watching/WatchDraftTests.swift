import ApusAgent
import ApusLimits
import ApusLinux
import Foundation
import HostTesting
import Testing

/// The file that `apus-agent init` writes.
@Suite(.timeLimit(.minutes(3))) struct WatchDraftTests {
    private static let agent = BuiltProgram.path("apus-agent")

    /// What is written for a captured tree, its groups, and what they match there.
    private func draft(_ host: FixtureHost) throws -> (text: String, groups: [String], census: [String]) {
        let text = try WatchDraft(of: host.root).text
        let file = try WatchFile.parse(Array(text.utf8), path: "init", host: "h")
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
                "containers/h-${container}", "apus-worker-worker-1/h", "batch-1/h", "batch-2/h", "nginx/h",
                "pg_x2d1-15-main/h", "redis/h", "gunicorn/h-gunicorn-${app}", "node/h-node-${script}", "java/h-java-${jar}",
            ])
        #expect(!census.contains { $0.contains("matches the group in line") }, "\(census)")
        #expect(census.contains { $0.hasPrefix("node/h-node-checkout_server.js: 1 process: 5002") })
        #expect(census.contains { $0.hasPrefix("node/h-node-cart_server.js: 1 process: 5003") })
        #expect(census.contains { $0.hasPrefix("containers/h-\(id.prefix(12)): 1 control group") })
        #expect(text.contains("  # - service: 'dbus'\n  #   instance: ${host}\n  #   match: { unit: 'dbus.service' }\n"))
        #expect(text.contains("  # - service: 'strange'\n"))
        #expect(text.contains("  - service: 'nginx'\n    instance: ${host}\n    match: { unit: 'nginx.service' }\n"))
        #expect(
            text.contains(
                "# ${host} is the name of the machine that the agent runs on. Prometheus takes names as agents give them"))
        // With the signs taken away the comments are groups.
        let whole = text.replacing("  # - ", with: "  - ").replacing("  #   ", with: "    ")
        #expect(try WatchFile.parse(Array(whole.utf8), path: "init").groups.count > groups.count)
    }

    @Test func `applications of one server in Python are told apart by what their command lines name`() throws {
        let host = try FixtureHost()
        let commands = [
            "/usr/bin/python3 /usr/bin/gunicorn --bind unix:/run/a.sock -c python:conf.module shop.wsgi:app -w 2",
            "gunicorn: master [cart.wsgi:make()]", "gunicorn: worker [cart.wsgi:make()]",
            "/srv/v/bin/python /srv/v/bin/uvicorn --host localhost --port 8000 shop:app",
            "python3 -m uvicorn cart.main:app --reload",
            "python3 -m uvicorn --app-dir /srv/one/ main:app", "python3 -m uvicorn main:app --app-dir=/srv/two",
            "/usr/bin/gunicorn -c /etc/gunicorn.py",
        ]
        for (place, command) in commands.enumerated() {
            try host.put(.init(pid: 5001 + Int32(place), name: "python3", command: command))
        }
        let census = try draft(host).census
        for line in [
            "gunicorn/h-gunicorn-shop.wsgi:app: 1 process: 5001", "gunicorn/h-gunicorn-cart.wsgi:make: 2 processes: 5002 5003",
            "uvicorn/h-uvicorn-shop:app: 1 process: 5004", "uvicorn/h-uvicorn-cart.main:app: 1 process: 5005",
            "uvicorn/h-uvicorn-one-main:app: 1 process: 5006", "uvicorn/h-uvicorn-two-main:app: 1 process: 5007",
            "gunicorn/h: 1 process: 5008",
        ] {
            #expect(census.contains(line), "\(line): \(census)")
        }
    }

    @Test func `one file that is for two hosts has no name of both`() throws {
        let host = try FixtureHost()
        try make("system.slice/nginx.service", in: host)
        try host.put(
            .init(pid: 5001, name: "redis-server", command: "/usr/bin/redis-server *:6379"),
            .init(pid: 5002, name: "java", command: "java -jar /srv/shop.jar"))
        let text = try WatchDraft(of: host.root).text
        let names = try ["web-1", "web-2"].map { name in
            let file = try WatchFile.parse(Array(text.utf8), path: "init", host: name)
            #expect(file.groups.count > 4)
            return Set(try GroupCensus(of: file, root: host.root).lines.map { String($0.prefix { $0 != ":" }) })
        }
        #expect(names[0].isDisjoint(with: names[1]), "\(names)")
    }

    @Test func `a program beside the service of its name is a group of another name`() throws {
        let host = try FixtureHost()
        try make("system.slice/nginx.service", in: host)
        try host.put(.init(pid: 5001, name: "stray", command: "/usr/sbin/nginx -g x"))
        let (text, groups, census) = try draft(host)
        #expect(groups.contains("nginx/h") && groups.contains("nginx-2/h"), "\(text)")
        #expect(census.contains("nginx-2/h: 1 process: 5001"), "\(census)")
    }

    @Test func `what no file can name is left out, which a comment says`() throws {
        let host = try FixtureHost()
        let id = String(repeating: "0f", count: 32)
        let long = Array(repeating: String(repeating: "a", count: 200), count: 6).joined(separator: "/")
        try make(
            "user.slice/a\nb/docker-\(id).scope", "user.slice/a\u{202e}b/docker-\(id).scope", "\(long)/docker-\(id).scope",
            "good.slice/docker-\(id).scope", in: host)
        try host.put(
            .init(pid: 5001, name: "x", command: "/opt/${container} -v"), .init(pid: 5002, name: "y", command: "/opt/a\u{7}b"),
            .init(pid: 5003, name: "z", command: "/opt/fine"))
        let (text, groups, _) = try draft(host)
        #expect(groups.contains("containers/h-${container}") && text.contains("cgroup: '/good.slice/docker-*.scope'"))
        #expect(text.contains("  # 3 control groups of containers are left out, as no pattern of this file can name them"))
        #expect(text.contains("  # 2 programs are left out, as no pattern of this file can name them"))
        #expect(text.contains("  # - service: 'fine'\n"))
    }

    /// Names that people, programs and other users give, of pieces that mean something to YAML, to patterns, to names or to comments.
    @Test func `whatever runs and whatever it is called, the file is good, and so is each comment without its sign`() throws {
        let pieces = [
            "a", "Z9", "'", "\"", "\\", "${container}", "${", "}", "$", "*", "?", "[", "]", "{", "#", " #", ": ", ":", "-",
            "--", "|", ">", "&",
            "!", "%", "@", "`", ",", "\t", "\n", "\r", "\u{1}", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\u{202e}", "é",
            "\u{1F980}", ".", "..",
            "~", "null", "true", ".service", "docker-", "python3 ", "gunicorn ", "uvicorn ", "app:app", "java -jar ", "node ",
            "kubepods",
            String(repeating: "x", count: 120), String(repeating: "f0", count: 32),
        ]
        var random = SeededGenerator(seed: 20_261)
        func name(_ most: Int) -> String {
            (0..<Int.random(in: 1...most, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
        for _ in 0..<12 {
            let host = try FixtureHost()
            for _ in 0..<12 {
                let id = String(repeating: "0f", count: 32)
                let parts = [name(3), Bool.random(using: &random) ? "docker-\(id).scope" : name(2) + ".service"].map {
                    String($0.replacing("/", with: "").utf8.prefix(250)) ?? "x"
                }
                guard !parts.contains(where: { $0 == "." || $0 == ".." || $0.isEmpty }) else { continue }
                try make(parts.joined(separator: "/"), in: host)
            }
            for pid in 5001..<5033 as Range<Int32> {
                try host.put(.init(pid: pid, name: String(name(1).prefix(15)), command: name(5)))
            }
            let text = try WatchDraft(of: host.root).text
            let file = try WatchFile.parse(Array(text.utf8), path: "init")
            _ = try GroupCensus(of: file, root: host.root)
            let whole = text.replacing("  # - ", with: "  - ").replacing("  #   ", with: "    ")
            #expect(throws: Never.self, "\(text)") { try WatchFile.parse(Array(whole.utf8), path: "init") }
        }
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
            (try? ProcessFacts(of: program.pid, root: .live))?.command?.contains("apus-draft.py") == true
        }
        let path = folder.path("agent.yaml")
        let made = try Command.run(Self.agent, ["init", "--output", path])
        #expect(made.passed && made.output.contains("\(path) is written"), "\(made.text)")
        let checked = try Command.run(Self.agent, ["check-config", "--processes", path])
        #expect(checked.passed, "\(checked.text)")
        let name =
            "python/\(HostName.current)-python-\(folder.path.split(separator: "/").last ?? "")_apus-draft.py: 1 process: \(program.pid)"
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

import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Testing

@Suite(.timeLimit(.minutes(3))) struct `apus-agent check-config` {
    private static let agent = BuiltProgram.path("apus-agent")

    private func check(_ text: String, _ options: [String] = []) throws -> (path: String, Command) {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "watch.yaml")
        let path = folder.path("watch.yaml")
        return (path, try Command.run(Self.agent, ["check-config", path] + options))
    }

    @Test func `says how many groups there are`() throws {
        let (_, two) = try check(WatchFileTests.good)
        #expect(two.status == 0 && two.output == "2 groups\n" && two.errors.isEmpty)
        let (_, one) = try check("groups: [{service: a, match: {user: root}}]")
        #expect(one.status == 0 && one.output == "1 group\n")
    }

    @Test func `lists every error on a line of its own`() throws {
        let (path, result) = try check("groups:\n- {service: a/b, match: {usr: 0}}\n- {service: c, match: {}}\n")
        #expect(result.status == 1 && result.output.isEmpty)
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first?.hasPrefix("\(path):2:13: service “a/b” is no name: ") == true)
        #expect(lines.dropFirst().first.map(String.init) == "\(path):2:26: “usr” is no key of match: write user")
    }

    @Test func `says what cannot be read`() throws {
        let missing = try Command.run(Self.agent, ["check-config", "/nowhere/watch.yaml"])
        #expect(missing.status == 1)
        #expect(missing.errors == "/nowhere/watch.yaml: there is no such file: write it, or name another one\n")
        let empty = try Command.run(Self.agent, ["check-config", ""])
        #expect(empty.status != 0 && empty.errors.contains("PATH: write a path"))
    }

    @Test func `says what is wrong with the files of probes, and shows nothing of what they hold`() throws {
        let folder = try TemporaryFolder()
        let certificates = TestCertificates(in: folder)
        try certificates.make("authority", signing: [("client", ""), ("other", "")])
        for (name, text) in [("good", "Xq7mark\n"), ("empty", "\n"), ("null", "Xq7\0mark"), ("garbage", "Xq7mark")] {
            try folder.write(text, to: name)
        }
        func path(_ name: String) -> String { folder.path(name) }
        let pair = "cert_file: \(certificates.certificate("client")), key_file:"
        let probes: [(kind: String, words: String?)] = [
            ("redis: { host: 127.0.0.1, port: 1, password_file: \(path("good")) }", nil),
            (
                "redis: { host: 127.0.0.1, port: 1, password_file: \(path("gone")) }",
                "password_file “\(path("gone"))” is not there"
            ),
            ("redis: { host: 127.0.0.1, port: 1, password_file: \(path("empty")) }", "is empty"),
            ("redis: { host: 127.0.0.1, port: 1, password_file: \(path("null")) }", "has a null byte"),
            ("redis: { host: 127.0.0.1, port: 1, password_credential: cache }", "password_credential “cache” is not looked at"),
            ("http: { url: \"http://127.0.0.1:1/\", bearer_token_file: \(path("gone")) }", "bearer_token_file"),
            ("http: { url: \"https://127.0.0.1:1/\", tls: { \(pair) \(certificates.key("client")) } }", nil),
            ("http: { url: \"https://127.0.0.1:1/\", tls: { \(pair) \(certificates.key("other")) } }", "do not go together"),
            ("http: { url: \"https://127.0.0.1:1/\", tls: { ca_file: \(path("garbage")) } }", "no certificate in PEM"),
            (
                "rabbitmq: { management: \"http://127.0.0.1:1\", user: a, password_file: \(path("gone")) }",
                "password_file “\(path("gone"))”"
            ),
            ("postgresql: { user: a, sslrootcert: \(path("gone")) }", "sslrootcert “\(path("gone"))” is not there"),
            ("pgbouncer: { user: a, password_file: \(path("gone")) }", "password_file"),
            (
                "sql: { sqlite: \(path("gone")), gauges: [ { name: a_b, help: A., query: SELECT 1 AS value } ] }",
                "sqlite “\(path("gone"))” is not there"
            ),
        ]
        try folder.write(
            "probes:\n" + probes.enumerated().map { "- service: p\($0)\n  \($1.kind)\n" }.joined(), to: "watch.yaml")
        let result = try Command.run(Self.agent, ["check-config", path("watch.yaml")])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.text)")
        let lines = result.output.split(separator: "\n").dropFirst()
        #expect(lines.count == probes.count { $0.words != nil }, "\(result.text)")
        for (number, probe) in probes.enumerated() {
            let line = lines.first { $0.hasPrefix("\(path("watch.yaml")): the probe p\(number)/p\(number) (") }
            #expect(probe.words.map { line?.contains($0) ?? false } ?? (line == nil), "\(probe.kind): \(line ?? "none")")
        }
        #expect(!result.text.contains("Xq7") && !result.text.contains("PRIVATE"))
    }

    @Test func `lists who belongs to which group, and which have nobody`() async throws {
        let folder = try TemporaryFolder()
        let program = folder.path("apus-watched-sleeper")
        try FileManager.default.copyItem(atPath: try Command.path(of: "sleep"), toPath: program)
        let sleepers = try (1...2).map { try RunningProgram(program, ["30\($0)"]) }
        for sleeper in sleepers {
            try await eventually("the program runs") {
                (try? ProcessFacts(of: sleeper.pid, root: .live))?.executable == program
            }
        }
        let text = """
            groups:
              - service: sleep
                instance: sleep-${seconds}
                match: {executable: '\(folder.path)/*', command: ' (?<seconds>30.)$'}
              - service: nobody
                match: {executable: '\(folder.path)/nobody'}
            """
        let (_, result) = try check(text, ["--processes"])
        #expect(
            result.output == """
                2 groups
                sleep/sleep-301: 1 process: \(sleepers[0].pid)
                sleep/sleep-302: 1 process: \(sleepers[1].pid)
                nobody/nobody: no process matches the group in line 5

                """)
        #expect(result.status == 0)
    }

    @Test func `a program is found by its link in PATH, and one that nobody was started by is told what it leads to`()
        async throws
    {
        let folder = try TemporaryFolder()
        let program = folder.path("apus-linked-file")
        try FileManager.default.copyItem(atPath: try Command.path(of: "sleep"), toPath: program)
        for name in ["apus-linked", "apus-unused"] {
            try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: "apus-linked-file")
        }
        let sleeper = try RunningProgram(folder.path("apus-linked"), ["300"])
        try await eventually("the program runs") {
            (try? ProcessFacts(of: sleeper.pid, root: .live))?.executable == program
        }
        try folder.write(
            "groups:\n- {service: a, match: {executable: apus-linked}}\n- {service: b, match: {executable: apus-unused}}\n",
            to: "watch.yaml")
        let result = try Command.run(
            Self.agent, ["check-config", folder.path("watch.yaml"), "--processes"],
            environment: ["PATH": "\(folder.path):/usr/bin:/bin"])
        #expect(
            result.output == """
                2 groups
                a/a: 1 process: \(sleeper.pid)
                b/b: no process matches the group in line 3; \(folder.path("apus-unused")) is a link to \(program): of what runs that \
                file, what was started as apus-unused matches, and all of it with executable: apus-linked-file

                """)
    }

    @Test func `says which group has those that a later one matches too`() throws {
        let host = try FixtureHost()
        try host.put(.init(pid: 5001), .init(pid: 5002), .init(pid: 5003, name: "redis", command: "redis-server"))
        try FileManager.default.createDirectory(
            atPath: host.folder.path("host/sys/fs/cgroup/shop.slice/cart.scope"), withIntermediateDirectories: true)
        let text = """
            groups:
              - { service: web, match: { executable: nginx } }
              - { service: late, match: { command: 'worker process' } }
              - { service: none, match: { command: 'nobody at all' } }
              - { service: shop, match: { cgroup: '/shop.slice' } }
              - { service: cart, match: { cgroup: '/shop.slice/cart.scope' } }
            """
        let lines = try GroupCensus(of: WatchFile.parse(Array(text.utf8), path: "watch.yaml"), root: host.root).lines
        #expect(lines.count == 5 && lines.first == "web/web: 2 processes: 5001 5002")
        let remedy =
            ": the first group in the file that matches has them, so put this one before, or match fewer there"
        #expect(
            lines.dropFirst() == [
                "late/late: no process is left for the group in line 3, of the processes that it matches web/web has 2"
                    + remedy,
                "none/none: no process matches the group in line 4",
                "shop/shop: 1 control group: /shop.slice; 0 processes",
                "cart/cart: no control group is left for the group in line 6, of the control groups that it matches shop/shop has 1"
                    + remedy,
            ])
    }

    @Test func `lists the control groups of a group that is such, without a process too`() async throws {
        let control = try TestControlGroup()
        let text = """
            groups:
              - { service: batch, match: { cgroup: '\(control.path)' } }
              - { service: none, match: { cgroup: '\(control.path)x' } }
            """
        let (_, empty) = try check(text, ["--processes"])
        #expect(
            empty.output == """
                2 groups
                batch/batch: 1 control group: \(control.path); 0 processes
                none/none: no control group matches the group in line 3

                """)
        let sleeper = try RunningProgram(
            "/bin/sh", ["-c", "for file do echo $$ > $file; done; exec sleep 300", "sh"] + control.entrances)
        try await eventually("the program is in the control group") {
            (try? ProcessFacts(of: sleeper.pid, root: .live))?.controlGroup == control.path
        }
        let (_, one) = try check(text, ["--processes"])
        #expect(one.output.contains("batch/batch: 1 control group: \(control.path); 1 process: \(sleeper.pid)\n"))
        sleeper.stop()
        #expect(comesTrue(within: .seconds(10)) { control.remove() })
    }

    @Test func `finds processes of others by their own word where it may not see their files`() async throws {
        let folder = try TemporaryFolder()
        let program = folder.path("apus-foreign")
        try FileManager.default.copyItem(atPath: try Command.path(of: "sleep"), toPath: program)
        let sleeper = try RunningProgram(program, ["300"])
        try await eventually("the program runs") { (try? ProcessFacts(of: sleeper.pid, root: .live))?.executable == program }
        let text = "groups: [{service: a, match: {executable: apus-foreign, command: '^\(folder.path)/', user: root}}]"
        try folder.write(text, to: "watch.yaml")
        let options = ["--reuid=65534", "--clear-groups", Self.agent, "check-config", folder.path("watch.yaml"), "--processes"]
        let result = try Command.run("setpriv", options)
        #expect(result.output == "1 group\na/a: 1 process: \(sleeper.pid)\n" && result.passed, "\(result.errors)")
    }

    @Test func `a file for several hosts is taken, with the machine's name in names`() throws {
        let (_, result) = try check(
            "groups: [{service: nginx, instance: '${host}', match: {executable: /nowhere/nginx}}]", ["--processes"])
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(result.output == "1 group\nnginx/\(HostName.current): no process matches the group in line 1\n")
    }

    @Test func `a user that this host does not have is a remark, and no error`() throws {
        let text = "groups:\n- {service: a, match: {user: nobody-here}}\n- {service: b, match: {user: '4294967294'}}\n"
        let (path, result) = try check(text, ["--processes"])
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(
            result.output == """
                2 groups
                \(path):2:30: there is no user “nobody-here” on this host, so that nothing matches here: make it and reload the agent, \
                or write another one
                a/a: no process matches the group in line 2; there is no user “nobody-here” on this host: make it, and reload the agent
                b/b: no process matches the group in line 3

                """)
    }

    @Test func `says of a pid file why no process is the one that it names`() throws {
        let host = try FixtureHost()
        let folder = host.folder
        try host.put(.init(pid: 5001, name: "redis", command: "redis-server"))
        for (name, text) in [
            ("garbage", "nginx\n"), ("empty", ""), ("zero", "0\n"), ("two", "50 01\n"), ("gone", "999999\n"),
            ("there", " 5001\r\n"),
            ("long", String(repeating: " ", count: 4097)),
        ] { try folder.write(text, to: name) }
        // Nobody writes to it: whoever waited for that would wait for ever.
        try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
        // A thread can be looked up by its number, and is no process.
        try folder.write("Name:\tnginx\nTgid:\t5001\nUid:\t0\t0\t0\t0\n", to: "host/proc/5777/status")
        try folder.write("5777\n", to: "thread")
        let noNumber = "holds no number in its first line: let the program write the number of its process there"
        let cases = [
            ("missing", "is not there: start the program, or name the file that it writes"),
            ("garbage/pid", "is not there: start the program, or name the file that it writes"),
            ("garbage", noNumber), ("empty", noNumber), ("zero", noNumber), ("two", noNumber),
            ("long", "is longer than 4 KiB: name the file that holds the number alone"),
            (
                "gone",
                "names process 999999, which is not there: start the program, or name the file that it writes; one that ended may have left this one"
            ),
            ("thread", "names 5777, a thread of process 5001: let the program write the number of its process"),
            (
                "there",
                "names process 5001, which is there: the other keys of its map do not match it, or an earlier group of the file has it"
            ),
            ("pipe", "cannot be read: it is a pipe, a socket or a device: give the path of a file"),
            ("host", "cannot be read: Is a directory"),
        ]
        for (name, words) in cases {
            let path = folder.path(name)
            let file = try WatchFile.parse(
                Array("groups: [{ service: a, match: { pid_file: '\(path)', executable: nginx } }]".utf8), path: "w.yaml")
            #expect(
                try GroupCensus(of: file, root: host.root).lines
                    == ["a/a: no process matches the group in line 1; \(path) \(words)"])
        }
        // Several maps, of which some are said.
        let maps = (0..<7).map { "{ pid_file: /nowhere/\($0).pid }" }.joined(separator: ", ")
        let several = try WatchFile.parse(Array("groups: [{ service: a, match: [\(maps)] }]".utf8), path: "w.yaml")
        let line = try #require(try GroupCensus(of: several, root: host.root).lines.first)
        #expect(line.contains("/nowhere/4.pid is not there") && !line.contains("5.pid") && line.hasSuffix("; …"))
    }

    @Test func `says who may not read a pid file`() throws {
        let folder = try TemporaryFolder()
        try folder.write("1\n", to: "nginx.pid")
        try #require(chmod(folder.path("nginx.pid"), 0o600) == 0)
        try folder.write("groups: [{service: nginx, match: {pid_file: '\(folder.path("nginx.pid"))'}}]", to: "watch.yaml")
        let options = ["--reuid=65534", "--clear-groups", Self.agent, "check-config", folder.path("watch.yaml"), "--processes"]
        let result = try Command.run("setpriv", options)
        #expect(
            result.output.contains(
                "\(folder.path("nginx.pid")) may not be read by uid 65534: Permission denied: let this user read the file, and search its folders"
            ) && result.passed, "\(result.text)")
    }

    @Test func `leaves the agent's own command as it was`() throws {
        let help = try Command.run(Self.agent, ["--help"])
        #expect(help.passed)
        for option in ["--listen", "--config", "--expect-file", "--watch-unit", "check-config"] {
            #expect(help.output.contains(option))
        }
        #expect(help.output.contains("USAGE: apus-agent"))
        let strange = try Command.run(Self.agent, ["chek-config"])
        #expect(strange.status != 0 && strange.errors.contains("chek-config"))
    }

    @Test func `finds in a file what an agent refuses at its start`() throws {
        let folder = try TemporaryFolder()
        try folder.write("groups: [{service: a, match: {}}, {service: b}]", to: "watch.yaml")
        let socket = folder.path("agent.sock")
        let agent = try Command.run(
            Self.agent, ["--listen", "127.0.0.1:0", "--socket", socket, "--config", folder.path("watch.yaml")])
        #expect(agent.status == 1)
        #expect(agent.errors.hasPrefix("Error: \(folder.path("watch.yaml")) has 2 errors:\n  "))
        #expect(agent.errors.split(separator: "\n").count == 3)
    }
}

/// The pages on the agent's file: people copy what stands there.
@Suite struct `The pages on the agent's file` {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs")

    @Test(arguments: ["watching.md", "probes.md"]) func `show files that are without fault`(page: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: page), encoding: .utf8)
        let examples = text.matches(of: /(?s)```yaml\n(.*?)```/).map { String($0.1) }
        #expect(!examples.isEmpty)
        for example in examples {
            let file = try WatchFile.parse(Array(example.utf8), path: "docs/\(page)")
            #expect(!file.isEmpty)
        }
    }
}

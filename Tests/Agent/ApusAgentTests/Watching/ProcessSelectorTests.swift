import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import Glibc
import HostTesting
import Testing

@Suite struct ProcessSelectorTests {
    private static let node = ProcessFacts(
        pid: 4711, name: "node", executable: "/usr/local/bin/node", command: "node /srv/17/server.js --port 80", user: 0,
        unit: "checkout@17.service", controlGroup: "/system.slice/checkout@17.service/payload")
    /// A process of another user, whose file may not be read.
    private static let hidden = ProcessFacts(
        pid: 4712, name: "postgres", executable: nil, command: "/usr/lib/postgresql/15/bin/postgres -D /var", user: 1000,
        unit: nil, controlGroup: nil)
    private static let kernelThread = ProcessFacts(
        pid: 2, name: "kthreadd", executable: nil, command: "", user: 0, unit: nil, controlGroup: "/")

    /// A group with a match of one line of YAML.
    private func group(_ match: String, _ instance: String = "one") throws -> GroupDeclaration {
        let text = "groups:\n- service: checkout\n  instance: \(instance)\n  match: \(match)\n"
        return try #require(try WatchFile.parse(Array(text.utf8), path: "w.yaml").groups.first)
    }

    private func matches(_ match: String, _ facts: ProcessFacts) throws -> Bool {
        try group(match).identity(of: facts) != nil
    }

    @Test(arguments: [
        ("{executable: node}", true), ("{executable: nod}", false), ("{executable: 'n*e'}", true),
        ("{executable: /usr/local/bin/node}", true), ("{executable: /usr/bin/node}", false),
        ("{executable: '/usr/**/node'}", true), ("{executable: '/usr/*/node'}", false),
        ("{command: server}", true), ("{command: '^server'}", false), ("{command: '--port 80$'}", true),
        ("{user: root}", true), ("{user: 0}", true), ("{user: '0'}", true), ("{user: 1}", false),
        ("{unit: checkout@17.service}", true), ("{unit: 'checkout@*.service'}", true), ("{unit: nginx.service}", false),
        ("{cgroup: /system.slice/checkout@17.service}", true), ("{cgroup: '/system.slice/*.service'}", true),
        ("{cgroup: /system.slice}", true), ("{cgroup: /system.slice/}", true), ("{cgroup: /user.slice}", false),
        ("{executable: node, command: server, user: 0, unit: checkout@17.service, cgroup: /system.slice}", true),
        ("{executable: node, command: server, user: 0, unit: checkout@17.service, cgroup: /user.slice}", false),
        ("[{executable: python3}, {executable: node}]", true), ("[{executable: python3}, {executable: ruby}]", false),
    ])
    func `all of a map must hold, and one map of a list`(match: String, wanted: Bool) throws {
        #expect(try matches(match, Self.node) == wanted)
    }

    @Test(arguments: [
        ("{executable: postgres}", true), ("{executable: /usr/lib/postgresql/15/bin/postgres}", true),
        ("{executable: '/usr/lib/postgresql/*/bin/postgres'}", true), ("{executable: pg}", false),
        ("{unit: '*.service'}", false),
        ("{cgroup: '/**'}", false), ("{user: 1000}", true),
    ])
    func `where the program's file is not to be seen, its own word decides`(match: String, wanted: Bool) throws {
        #expect(try matches(match, Self.hidden) == wanted)
    }

    @Test func `a program that was started by a link is matched by that name, and others that run its file are not`() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "real-program")
        let (file, link) = (folder.path("real-program"), folder.path("linked-program-x"))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real-program")
        func facts(_ name: String, _ command: String, _ executable: String? = nil) -> ProcessFacts {
            ProcessFacts(
                pid: 1, name: name, executable: executable ?? file, command: command, user: 0, unit: nil, controlGroup: nil)
        }
        let match = "{executable: '\(link)'}"
        // The kernel keeps 15 bytes of a name.
        #expect(try matches(match, facts("linked-program-", "its own title")))
        #expect(try matches(match, facts("script.py", "\(link) script.py")))
        #expect(try !matches(match, facts("real-program", "real-program -x")))
        #expect(try !matches(match, facts("linked-program-", link, "/elsewhere/real-program")))
        #expect(try matches("{executable: '\(file)'}", facts("linked-program-", link)))
        #expect(try !matches("{executable: '\(folder.path)/linked-*'}", facts("linked-program-", link)))
    }

    @Test func `a kernel thread has its name only`() throws {
        #expect(try matches("{executable: kthreadd}", Self.kernelThread))
        #expect(try !matches("{executable: /sbin/kthreadd}", Self.kernelThread))
        #expect(try !matches("{command: .}", Self.kernelThread))
    }

    @Test func `what has ended runs no program, whatever it called itself`() throws {
        let zombie = ProcessFacts(
            pid: 1, name: "redis-server", executable: nil, command: "", user: 0, unit: nil, controlGroup: nil, hasEnded: true)
        #expect(try !matches("{executable: redis-server}", zombie))
        #expect(try matches("{user: root}", zombie))
    }

    @Test func `captures name the instance; a capture that took no part is empty`() throws {
        let group = try group(#"{command: '/srv/(?<number>\d+)/(?<app>\w+)\.(ts|js)(?<no>!)?'}"#, "${app}-${number}${no}")
        #expect(try group.identity(of: Self.node) == InstanceIdentity(service: "checkout", instance: "server-17"))
        let nameless = try self.group(#"{command: 'server(?<no>!)?'}"#, "${no}")
        #expect(try nameless.identity(of: Self.node) == nil, "nothing is left of the name")
        let selector = try #require(group.selectors.first)
        #expect(try selector.matches(Self.node) == ["number": "17", "app": "server"])
        #expect(try selector.matches(Self.hidden) == nil)
    }

    @Test(arguments: [
        ("4711\n", true), ("  4711", true), ("4711\r\nmore\n", true), ("4712\n", false), ("", false), ("x", false),
        ("\n4711", false),
        ("99999999999", false), (String(repeating: " ", count: 4097) + "4711", false),
    ])
    func `a pid file is read when a process is looked at`(content: String, wanted: Bool) throws {
        let folder = try TemporaryFolder()
        let group = try group("{pid_file: \(folder.path("pid"))}")
        #expect(try group.identity(of: Self.node) == nil, "there is no file")
        try folder.write(content, to: "pid")
        #expect((try group.identity(of: Self.node) != nil) == wanted)
    }

    @Test func `a pid file of a user names processes of that user alone`() throws {
        let folder = try TemporaryFolder()
        let (path, link) = (folder.path("pid"), folder.path("link"))
        try folder.write("4712\n", to: "pid")
        let groups = try [group("{pid_file: \(path)}"), group("{pid_file: \(link)}")]
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        func matched(_ facts: ProcessFacts) throws -> [Bool] { try groups.map { try $0.identity(of: facts) != nil } }
        // The tests run as root, whose file this is.
        #expect(try matched(Self.hidden) == [true, true])
        try #require(chown(path, 1000, 1000) == 0)
        #expect(try matched(Self.hidden) == [true, true])
        try #require(chown(path, 1001, 1001) == 0)
        #expect(try matched(Self.hidden) == [false, false])
        // Whoever makes a link to another's file chooses as well.
        try #require(chown(path, 0, 0) == 0 && lchown(link, 1001, 1001) == 0)
        #expect(try matched(Self.hidden) == [true, false])
        try #require(lchown(link, 0, 0) == 0 && chmod(path, 0o666) == 0)
        #expect(try matched(Self.hidden) == [false, false])
        // Of root's file nobody knows who of the group has written it; a user's own group is the user's business.
        try #require(chown(path, 0, 1000) == 0 && chmod(path, 0o664) == 0)
        #expect(try matched(Self.hidden) == [false, false])
        try #require(chown(path, 1000, 1000) == 0)
        #expect(try matched(Self.hidden) == [true, true])
        try #require(chown(path, 0, 0) == 0)
        #expect(try matched(Self.hidden) == [true, true])
        try #require(chmod(path, 0o644) == 0 && chown(folder.path, 1001, 1001) == 0)
        #expect(try matched(Self.hidden) == [false, false])
    }

    @Test func `whoever can have a path lead elsewhere names their own processes alone`() throws {
        let folder = try TemporaryFolder()
        for name in ["app", "rootd"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        try folder.write("4712\n", to: "rootd/v.pid")
        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path(name), withDestinationPath: target.hasPrefix("app") ? target : folder.path(target))
        }
        func names(_ path: String) throws -> Bool {
            try group("{pid_file: \(folder.path(path))}").identity(of: Self.hidden) != nil
        }
        // A link of root's to one of a user's, a link to a folder, and a file below a user's folder.
        try link("x.pid", to: "app/x.pid")
        try link("app/x.pid", to: "rootd/v.pid")
        try link("app/run", to: "rootd")
        try FileManager.default.createDirectory(atPath: folder.path("app/sub"), withIntermediateDirectories: true)
        try folder.write("4712\n", to: "app/sub/v.pid")
        let all = ["x.pid", "app/x.pid", "app/run/v.pid", "app/run/../app/sub/v.pid", "app/sub/v.pid"]
        for path in all { #expect(try names(path), "\(path)") }
        for path in ["app/x.pid", "app/run", "app"] {
            try #require(lchown(folder.path(path), 1001, 1001) == 0)
        }
        for path in all { #expect(try !names(path), "\(path)") }
        #expect(try names("rootd/v.pid"))
        // In a folder in which everybody may put another file there, unless the sticky bit keeps what is root's.
        try #require(chmod(folder.path("rootd"), 0o777) == 0)
        #expect(try !names("rootd/v.pid"))
        try #require(chmod(folder.path("rootd"), 0o1777) == 0)
        #expect(try names("rootd/v.pid"))
        // Of a group that may put files there nobody knows who has, but where the file is the process's own user's.
        try #require(chmod(folder.path("rootd"), 0o775) == 0 && chown(folder.path("rootd"), 0, 60) == 0)
        #expect(try !names("rootd/v.pid"))
        try #require(chown(folder.path("rootd/v.pid"), 1000, 1000) == 0)
        #expect(try names("rootd/v.pid"))
        try link("circle", to: "circle")
        #expect(PathHolders(of: folder.path("circle")) == nil && PathHolders(of: folder.path("nothing/v")) == nil)
    }

    @Test(.timeLimit(.minutes(3)))
    func `an expression that would take for ever matches nothing`() throws {
        let hostile = ProcessFacts(
            pid: 1, name: "a", executable: nil, command: String(repeating: "a", count: 4000) + "!", user: 0, unit: nil,
            controlGroup: nil)
        #expect(try !matches("{command: '^(a|aa|a+)+(a|aa)*$'}", hostile))
    }

    @Test func `a group is asked by any number of threads`() async throws {
        let group = try group(#"{command: '^(?<user>\w+) (?<number>\d+)$'}"#, "${user}-${number}")
        let wrong = await withTaskGroup(of: Int.self) { tasks in
            for user in ["anna", "bert", "carl", "dora"] {
                tasks.addTask {
                    (0..<2000).count { number in
                        let facts = ProcessFacts(
                            pid: 1, name: user, executable: nil, command: "\(user) \(number)", user: 0, unit: nil,
                            controlGroup: nil)
                        return (try? group.identity(of: facts))?.instance != "\(user)-\(number)"
                    }
                }
            }
            return await tasks.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    @Test func `the first group that matches has the process`() throws {
        let text = """
            groups:
              - {service: a, match: {executable: ruby}}
              - {service: b, match: {executable: node}}
              - {service: c, match: {user: 0}}
            """
        let file = try WatchFile.parse(Array(text.utf8), path: "w.yaml")
        #expect(try file.match(Self.node)?.identity == InstanceIdentity(service: "b", instance: "b"))
        #expect(try file.match(Self.kernelThread)?.identity.service == "c")
        #expect(try file.match(Self.hidden) == nil)
    }
}

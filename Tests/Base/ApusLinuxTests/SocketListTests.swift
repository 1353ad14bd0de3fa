import ApusLinux
import Foundation
import Glibc
import HostTesting
import Testing

/// Sockets as the kernel lists them, against those that a test makes.
@Suite(.timeLimit(.minutes(3))) struct SocketListTests {
    /// A Python program that makes sockets, prints the inodes that the text names, and waits for its end.
    private func run(_ work: String, print inodes: String, before: [String] = [], _ body: (Int32, [UInt64]) throws -> Void)
        async throws
    {
        let text =
            "import os, socket, sys, time\n"
                + """
                \(work)
                print(os.getpid(), *[os.fstat(one.fileno()).st_ino for one in [\(inodes)]], flush=True)
                time.sleep(300)
                """
        let command = before + ["/usr/bin/python3", "-c", text]
        let program = try RunningProgram(command[0], Array(command.dropFirst()))
        defer { program.signal(SIGKILL) }
        try await eventually("it says what it has: \(program.errors)") { program.output.contains("\n") }
        let numbers = program.output.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
        try body(try #require(numbers.first.flatMap { Int32(exactly: $0) }), Array(numbers.dropFirst()))
    }

    private static let listening = """
        server = socket.create_server(("127.0.0.1", 0), backlog=7)
        clients = [socket.create_connection(server.getsockname()) for _ in range(3)]
        clients[0].send(b"x")
        """

    @Test func `a socket that listens has its queue and how long that may be, and others their states`() async throws {
        let work =
            Self.listening + """

                one, other = socket.socketpair()
                datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
                datagrams.bind(("::1", 0))
                named = socket.socket(socket.AF_UNIX)
                named.bind("\\0apus-test-%d" % os.getpid())
                named.listen(5)
                """
        try await run(work, print: "server, clients[0], datagrams, named, one") { pid, inodes in
            let list = try SocketList.own(atMost: 65_536)
            #expect(list.knowsControlGroups)
            let server = try #require(list[inodes[0]])
            #expect(server.kind == .tcp && server.state == .listening && server.queue == 3 && server.limit == 7)
            #expect(list[inodes[1]]?.state == .established && list[inodes[1]]?.kind == .tcp)
            #expect(list[inodes[2]]?.kind == .udp && list[inodes[2]]?.state == .other)
            let named = try #require(list[inodes[3]])
            #expect(named.kind == .unix && named.state == .listening && named.limit == 5)
            #expect(list[inodes[4]]?.kind == .unix && list[inodes[4]]?.state == .established)
            let process = try WatchedProcess(pid: pid)
            let own = try #require(try ProcessDescriptors.sockets(of: process, atMost: 100))
            #expect(Set(own).isSuperset(of: inodes) && own.count >= 8, "\(own) \(inodes)")
            #expect(try ProcessDescriptors.sockets(of: process, atMost: 5) == nil)
            let refused = #expect(throws: LinuxError.self) { try SocketList.own(atMost: 3) }
            #expect(refused?.code == ENOBUFS)
        }
    }

    @Test func `a connection that only the other end has closed waits for its process`() async throws {
        let work = Self.listening + "\nheld = server.accept()[0]\nclients[0].close()\ntime.sleep(0.05)"
        try await run(work, print: "held") { _, inodes in
            let list = try SocketList.own(atMost: 65_536)
            #expect(list[inodes[0]]?.state == .closedByPeer)
        }
    }

    @Test(.enabled(if: getuid() == 0, "namespaces need root"))
    func `another network namespace has lists of its own`() async throws {
        let work = """
            subprocess = __import__("subprocess")
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            \(Self.listening)
            named = socket.socket(socket.AF_UNIX)
            named.bind("\\0apus-test-%d" % os.getpid())
            named.listen(5)
            """
        try await run(work, print: "server, clients[0], named", before: ["unshare", "--net"]) { pid, inodes in
            let own = try #require(NetworkNamespace(of: "/proc/self"))
            #expect(NetworkNamespace(of: "/proc/\(getpid())") == own)
            #expect(try #require(NetworkNamespace(of: "/proc/\(pid)")) != own)
            let list = try NetworkNamespace.sockets(of: "/proc/\(pid)", longest: 1 << 20)
            let server = try #require(list[inodes[0]])
            #expect(server.kind == .tcp && server.state == .listening && server.queue == 3 && server.limit == nil)
            #expect(list[inodes[1]]?.state == .established && list[inodes[2]]?.state == .listening)
            #expect(try SocketList.own(atMost: 65_536)[inodes[0]] == nil)
            let refused = #expect(throws: LinuxError.self) {
                try NetworkNamespace.sockets(of: "/proc/\(pid)", longest: 100)
            }
            #expect(refused?.code == EFBIG)
        }
    }

    @Test(.enabled(if: getuid() == 0, "control groups need root"))
    func `a socket is of the control group that it was made in`() async throws {
        let control = try TestControlGroup()
        let enter = "for file do echo $$ > $file; done; shift $#; exec /usr/bin/python3 -c \"$SCRIPT\""
        let script =
            "import os, socket, time\n"
                + """
                server = socket.create_server(("127.0.0.1", 0))
                print(os.fstat(server.fileno()).st_ino, flush=True)
                time.sleep(300)
                """
        let program = try RunningProgram(
            "/bin/sh", ["-c", enter, "sh"] + control.entrances, environment: ["SCRIPT": script, "PATH": "/usr/bin:/bin"])
        try await eventually("it says what it has: \(program.errors)") { program.output.contains("\n") }
        let inode = try #require(UInt64(program.output.filter(\.isNumber)))
        let numbers = try #require(ControlGroupTree(.live).numbers(of: control.path))
        #expect(numbers.count == 1)
        let list = try SocketList.own(atMost: 65_536)
        #expect(numbers.flatMap { list.made(in: $0) }.map(\.inode) == [inode])
        program.stop()
        #expect(comesTrue(within: .seconds(10)) { control.remove() })
    }
}

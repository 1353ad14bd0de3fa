import AgentMetrics
import ApusAgent
import ApusLinux
import ApusText
import Foundation
import HostTesting
import Testing

/// Who belongs to which group, over a tree of processes that changes.
@Suite struct ProcessGroupsTests {
    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    private static let nginx = """
        groups:
          - service: nginx
            match: { executable: nginx }
        """

    @Test func `a group is the sum of its processes, and no process is in it that is not matched`() throws {
        try host.put(
            .init(
                pid: 4801, name: "nginx", command: "nginx: master process", userTicks: 5, systemTicks: 2, minorFaults: 50,
                majorFaults: 3, threads: 1, startTicks: 329_100, virtualBytes: 4096 * 50, residentPages: 20, readBytes: 100,
                writtenBytes: 7, openFiles: 4, filesLimit: 100),
            .init(
                pid: 4802, parent: 4801, name: "nginx", userTicks: 30, systemTicks: 11, minorFaults: 9, majorFaults: 1,
                threads: 4,
                startTicks: 329_200, virtualBytes: 4096 * 70, residentPages: 30, readBytes: 1000, writtenBytes: 70,
                openFiles: 5,
                filesLimit: 10),
            .init(pid: 4900, name: "redis-server", command: "redis-server *:6379", userTicks: 999))
        let groups = try host.groups(Self.nginx)
        host.turn(groups)
        let served = host.look(groups)
        #expect(served.map(\.identity.description) == ["nginx/nginx"])
        let reading = try #require(served.first).reading
        #expect(reading.processes == 2 && reading.count(of: .sleeping) == 2)
        #expect(reading.account.used.userTicks == 35 && reading.account.used.systemTicks == 13)
        #expect(reading.account.used.minorFaults == 59 && reading.account.used.majorFaults == 4)
        #expect(reading.account.used.readBytes == 1100 && reading.account.used.writtenBytes == 77 && reading.knowsIO)
        #expect(reading.residentBytes == 50 * 4096 && reading.virtualBytes == 120 * 4096 && reading.threads == 5)
        #expect(reading.openFiles == 9 && reading.filesRatio == 0.5)
        #expect(reading.oldestStart == 329_100)
    }

    @Test func `a link that leads elsewhere, or comes later, is followed at the next turn, and old processes still match`()
        throws
    {
        let folder = try TemporaryFolder()
        let files = FileManager.default
        for release in ["1", "2"] {
            try files.createDirectory(atPath: folder.path(release), withIntermediateDirectories: true)
            try folder.write("", to: "\(release)/server")
        }
        func run(_ pid: Int32, _ release: String) throws {
            try host.put(.init(pid: pid, name: "server", command: "server"))
            try files.createSymbolicLink(
                atPath: host.folder.path("host/proc/\(pid)/exe"), withDestinationPath: folder.path("\(release)/server"))
        }
        let current = folder.path("current")
        let groups = try host.groups("groups: [{ service: app, match: { executable: '\(current)/server' } }]")
        try run(4801, "1")
        for _ in 0..<3 { host.turn(groups) }
        #expect(host.look(groups).map(\.reading.processes) == [0])
        // Installed after the file was read, and after the process was found to be of no group.
        try files.createSymbolicLink(atPath: current, withDestinationPath: "1")
        #expect(host.look(groups).map(\.reading.processes) == [0], "no scrape looks at links")
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [1])
        try files.removeItem(atPath: current)
        try files.createSymbolicLink(atPath: current, withDestinationPath: "2")
        try host.remove(4801)
        try run(4802, "2")
        #expect(host.look(groups).map(\.reading.processes) == [0])
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [1])
        // One of the release before that is started, or asked, after the link was flipped.
        try run(4803, "1")
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [2])
    }

    @Test func `resident pages are those that the kernel has added up, which are asked when anything has changed`() throws {
        let groups = try host.groups(Self.nginx)
        func pages() -> UInt64? { host.look(groups).first.map { $0.reading.residentBytes / 4096 } }
        try host.put(.init(pid: 4801, residentPages: 20, countedPages: 24))
        #expect(pages() == 24)
        try host.put(.init(pid: 4801, residentPages: 20, countedPages: 25))
        #expect(pages() == 24)
        host.turn(groups)
        #expect(pages() == 25)
        try host.put(.init(pid: 4801, minorFaults: 2, residentPages: 20, countedPages: 26))
        #expect(pages() == 26)
        // Of a process whose first thread has ended it says 0.
        try host.put(.init(pid: 4801, minorFaults: 3, residentPages: 20, countedPages: 0))
        #expect(pages() == 20)
    }

    @Test func `where memory is, is a sum, the largest score counts, and one that was never looked into is as the others are`()
        throws
    {
        try host.put(
            .init(pid: 4801, residentPages: 20, anonymous: 8, swap: 3, oomScore: 700, rss: 80, pss: 20),
            .init(pid: 4802, parent: 4801, residentPages: 30, anonymous: 12, swap: 4, oomScore: 650, rss: 120, pss: 90))
        let groups = try host.groups(Self.nginx, pssBudget: .milliseconds(100))
        host.turn(groups)
        let reading = try #require(host.look(groups).first).reading
        #expect(reading.anonymousBytes == 20 << 10 && reading.swapBytes == 7 << 10 && reading.oomScore == 700)
        #expect(reading.proportionalBytes?.rounded() == Double(110 << 10))
        #expect(reading.residentBytes == 50 * 4096 && reading.largestBytes == 30 * 4096)
        // Between readings a part of what is resident.
        try host.put(.init(pid: 4802, parent: 4801, residentPages: 60, rss: 240, pss: 1))
        #expect(host.look(groups).first?.reading.proportionalBytes?.rounded() == Double(200 << 10))
        let without = try host.groups(Self.nginx)
        host.turn(without)
        #expect(host.look(without).first?.reading.proportionalBytes == nil)
    }

    @Test func `descendants belong to who started them, also when that has ended, unless another group matches them`() throws {
        try host.put(
            .init(pid: 4801, name: "nginx", command: "nginx: master process"),
            .init(pid: 4802, parent: 4801, name: "sh", command: "sh -c helper", startTicks: 329_001),
            .init(pid: 4803, parent: 4802, name: "helper", command: "helper", startTicks: 329_002),
            .init(pid: 4804, parent: 4802, name: "redis-server", command: "redis-server", startTicks: 329_003))
        let groups = try host.groups(
            Self.nginx + """

                  - service: redis
                    match: { executable: redis-server }
                    descendants: false
                """)
        #expect(host.look(groups).map(\.reading.processes) == [3, 1])
        try host.remove(4802)
        try host.put(
            .init(pid: 4803, parent: 1, name: "helper", command: "helper", startTicks: 329_002),
            .init(pid: 4805, parent: 4804, name: "save", command: "save", startTicks: 400_000))
        host.turn(groups)
        host.turn(groups)
        let served = host.look(groups)
        #expect(served.map(\.reading.processes) == [2, 1])
        #expect(served.first?.reading.account.ended == 1)
    }

    @Test func `names are made of what a command says, and go a while after their processes`() throws {
        let groups = try host.groups(
            """
            groups:
              - service: shop
                instance: shop-${number}
                match: { command: '^node /srv/(?<number>\\d+)/' }
            """)
        #expect(host.look(groups).isEmpty)
        try host.put(
            .init(pid: 4801, name: "node", command: "node /srv/7/server.js", userTicks: 5),
            .init(pid: 4802, name: "node", command: "node /srv/8/server.js"))
        #expect(host.look(groups).map(\.identity.description) == ["shop/shop-7", "shop/shop-8"])
        try host.remove(4801)
        #expect(host.look(groups).map(\.reading.processes) == [0, 1])
        for _ in 0..<19 { host.turn(groups) }
        #expect(host.look(groups).count == 2)
        for _ in 0..<3 { host.turn(groups) }
        #expect(host.look(groups).map(\.identity.description) == ["shop/shop-8"])
        // What comes back begins anew.
        try host.put(.init(pid: 4806, name: "node", command: "node /srv/7/server.js", userTicks: 2))
        #expect(host.look(groups).first?.reading.account.used.userTicks == 2)
    }

    @Test func `a program that takes the place of another one is asked again`() throws {
        let groups = try host.groups(Self.nginx)
        try host.put(.init(pid: 4801, name: "bash", command: "bash -c nginx"))
        #expect(host.look(groups).map(\.reading.processes) == [0])
        host.turn(groups)
        try host.put(.init(pid: 4801, name: "nginx", command: "nginx -g", userTicks: 900))
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [1])
        // What it had used as another one would be a leap of the sum.
        #expect(host.look(groups).map(\.reading.account.used.userTicks) == [0])
        // And as something else it leaves.
        try host.put(.init(pid: 4801, name: "sleep", command: "sleep 9"))
        let reading = try #require(host.look(groups).first).reading
        #expect(reading.processes == 0 && reading.account.ended == 1)
    }

    @Test func `what an older process had used before it came to a group is not the group's`() throws {
        let groups = try host.groups(Self.nginx)
        try host.put(.init(pid: 4801, name: "nginx", userTicks: 100))
        host.turn(groups)
        // It is as old as the first, and became nginx only now.
        try host.put(.init(pid: 4802, name: "sh", command: "sh", userTicks: 5000))
        host.turn(groups)
        try host.put(.init(pid: 4802, name: "nginx", userTicks: 5010))
        host.turn(groups)
        try host.put(.init(pid: 4802, name: "nginx", userTicks: 5013))
        #expect(host.look(groups).first?.reading.account.used.userTicks == 103)
        // One that began after the last turn counts as a whole.
        let start = Int(Double(host.time.now.sinceBoot) / 1e7)
        try host.put(.init(pid: 4803, name: "nginx", userTicks: 40, startTicks: start))
        #expect(host.look(groups).first?.reading.account.used.userTicks == 143)
    }

    @Test func `a zombie counts as one with what it had used, and has no memory`() throws {
        let groups = try host.groups(Self.nginx)
        try host.put(
            .init(pid: 4801, name: "nginx", command: "nginx: master process", userTicks: 1),
            .init(pid: 4802, parent: 4801, name: "nginx", userTicks: 8, residentPages: 30))
        _ = host.look(groups)
        try host.put(.init(pid: 4802, parent: 4801, name: "nginx", state: "Z", userTicks: 9, residentPages: 0))
        var reading = try #require(host.look(groups).first).reading
        #expect(reading.count(of: .sleeping) == 1 && reading.count(of: .zombie) == 1)
        #expect(reading.account.used.userTicks == 10 && reading.residentBytes == 10 * 4096)
        try host.remove(4802)
        try host.put(
            .init(
                pid: 4801, name: "nginx", command: "nginx: master process", userTicks: 1, childrenUserTicks: 9,
                childrenMinorFaults: 1))
        reading = try #require(host.look(groups).first).reading
        #expect(reading.account.used.userTicks == 10 && reading.processes == 1)
    }

    @Test func `a group of zombies alone is down, and the log says why`() throws {
        let groups = try host.groups("groups: [{ service: proxy, match: { executable: nginx } }]")
        try host.put(.init(pid: 4801, name: "nginx", command: "nginx: master process"))
        host.turn(groups)
        let identity = InstanceIdentity(service: "proxy", instance: "proxy")
        #expect(groups.living == [identity] && groups.health.map(\.isWell) == [true])
        try host.put(.init(pid: 4801, name: "nginx", command: "", state: "Z", residentPages: 0))
        host.turn(groups)
        #expect(groups.living.isEmpty && groups.health.map(\.isWell) == [false] && groups.health.map(\.processes) == [1])
        #expect(host.log.lines(ProcessGroups.zombiesAlone).count == 1)
        host.turn(groups)
        #expect(host.log.lines(ProcessGroups.zombiesAlone) == [["group": "proxy/proxy"]])
    }

    @Test func `bytes are absent where one process keeps them secret`() throws {
        let groups = try host.groups(Self.nginx)
        try host.put(.init(pid: 4801, name: "nginx", readBytes: 5), .init(pid: 4802, name: "nginx", readBytes: nil))
        #expect(host.look(groups).first?.reading.knowsIO == false)
        // What the one had used that has ended is still not known.
        try host.remove(4802)
        #expect(host.look(groups).map(\.reading.processes) == [1])
        #expect(host.look(groups).first?.reading.knowsIO == false)
    }

    @Test func `bytes are absent after the end of the only process, where they could not be read`() throws {
        let groups = try host.groups(Self.nginx)
        #expect(host.look(groups).first?.reading.knowsIO == true)
        try host.put(.init(pid: 4801, name: "nginx", readBytes: nil))
        host.turn(groups)
        try host.put(.init(pid: 4801, name: "nginx", state: "Z", readBytes: nil))
        #expect(host.look(groups).first?.reading.knowsIO == false)
        try host.remove(4801)
        host.turn(groups)
        let reading = try #require(host.look(groups).first).reading
        #expect(reading.processes == 0 && reading.account.ended == 1 && !reading.knowsIO)
    }

    @Test func `a process that is moved comes to the group of its control group at the next turn, and leaves with it`() throws {
        let groups = try host.groups("groups: [{ service: shop, match: { cgroup: /shop.slice, executable: app } }]")
        func put(_ controlGroup: String, ticks: Int) throws {
            try host.put(.init(pid: 4801, name: "app", command: "app", userTicks: ticks, controlGroup: controlGroup))
        }
        try put("/user.slice/one.scope", ticks: 50)
        for _ in 0..<3 { host.turn(groups) }
        #expect(host.look(groups).map(\.reading.processes) == [0])
        try put("/shop.slice/one.scope", ticks: 60)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [1])
        // Within the group it stays who it is.
        try put("/shop.slice/two.scope", ticks: 67)
        host.turn(groups)
        let reading = try #require(host.look(groups).first).reading
        #expect(reading.processes == 1 && reading.account.started == 1 && reading.account.used.userTicks == 7)
        try put("/user.slice/one.scope", ticks: 70)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [0])
    }

    @Test func `a group that matches nothing is served as down, and the log says so once`() throws {
        let groups = try host.groups(Self.nginx)
        host.turn(groups)
        host.turn(groups)
        #expect(host.look(groups).map(\.reading.processes) == [0])
        #expect(
            host.log.lines("no process matches a group; apus-agent check-config --processes shows who is matched").count == 1)
        try host.put(.init(pid: 4801, name: "nginx"))
        host.turn(groups)
        #expect(host.log.lines("a group has processes").count == 1)
    }

    @Test func `a group that is called after its machine has a plain name, and is served without a process`() throws {
        let groups = try host.groups(
            """
            groups:
              - { service: nginx, instance: '${host}', match: { executable: nginx } }
              - { service: job, instance: '${host}-${n}', match: { command: 'job (?<n>[a-z]+)' } }
            """, named: "web-1")
        host.turn(groups)
        #expect(host.look(groups).map { "\($0.identity) \($0.reading.processes)" } == ["nginx/web-1 0"])
        let words = "no process matches a group; apus-agent check-config --processes shows who is matched"
        #expect(host.log.lines(words).map { $0["group"] } == ["nginx/web-1"])
        let name = InstanceIdentity(service: "nginx", instance: "web-1")
        guard
            case .foreign(isAlive: false, place: let place) = groups.holding(
                of: name, ReportPeer(pid: 0, uid: 3000), at: host.time.now)
        else {
            Issue.record("the name is the group's, whoever reports")
            return
        }
        #expect(place?.line == 2)
        try host.put(.init(pid: 4801, name: "nginx"), .init(pid: 4900, name: "job", command: "job a"))
        host.turn(groups)
        #expect(
            host.look(groups).map { "\($0.identity) \($0.reading.processes)" } == ["job/web-1-a 1", "nginx/web-1 1"])
    }

    @Test func `the log says why nobody is in a group that a user or a pid file chooses`() throws {
        try host.folder.write("garbage\n", to: "garbage.pid")
        let file = host.folder.path("garbage.pid")
        let groups = try host.groups(
            """
            groups:
              - { service: a, match: { user: nobody-here } }
              - { service: b, match: { pid_file: '\(file)' } }
              - { service: c, match: { executable: none } }
            """)
        for _ in 0..<3 { host.turn(groups) }
        let lines = host.log.lines("no process matches a group; apus-agent check-config --processes shows who is matched")
        let facts = Dictionary(lines.map { ($0["group"] ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        #expect(lines.count == 3)
        #expect(facts["a/a"]?["user"] == "there is no user “nobody-here” on this host: make it, and reload the agent")
        #expect(
            facts["b/b"]?["pid_file"]
                == "\(file) holds no number in its first line: let the program write the number of its process there")
        #expect(facts["c/c"]?.keys.sorted() == ["group"])
    }

    @Test func `another file takes the place of the first, and sums go on`() throws {
        let groups = try host.groups(Self.nginx)
        try host.put(
            .init(pid: 4801, name: "nginx", userTicks: 5), .init(pid: 4900, name: "redis", command: "redis", userTicks: 7))
        host.turn(groups)
        host.turn(groups)
        groups.watch(
            try WatchFile.parse(Array("groups: [{ service: redis, match: { executable: redis } }]".utf8), path: "watch.yaml"),
            at: host.time.now)
        host.turn(groups)
        var served = host.look(groups)
        // One that nobody names any more is not down: it is gone.
        #expect(served.map(\.identity.description) == ["redis/redis"])
        #expect(served.map(\.reading.processes) == [1])
        // Who was there before its group counts from then on.
        #expect(served.map(\.reading.account.used.userTicks) == [0])
        groups.watch(
            try WatchFile.parse(Array("groups: [{ service: redis, match: { command: redis } }]".utf8), path: "watch.yaml"),
            at: host.time.now)
        host.turn(groups)
        served = host.look(groups)
        #expect(served.map(\.identity.description) == ["redis/redis"])
        #expect(served.map(\.reading.processes) == [1])
    }
}

import AgentMetrics
import ApusAgent
import Glibc
import HostTesting
import Testing

/// Commands that an expression takes long on, as anybody can write one.
@Suite struct MatchingBudgetTests {
    private static let endless = String(repeating: "java -jar /app", count: 290)

    @Test func `one user's commands on which an expression takes long hold up nobody else, and have their turn`() throws {
        let host = try FixtureHost { $0.watchFile = "watch.yaml" }
        let groups = try host.groups(
            """
            groups:
              - { service: shop, instance: 'shop-${n}', match: { command: 'java .*-jar .*/(?<n>\\w+)\\.jar' } }
              - { service: database, match: { command: postgres } }
              - { service: late, match: { user: "1000", command: 'late one$' } }
            """)
        host.turn(groups)
        for pid in Int32(5001)...5150 {
            try host.put(.init(pid: pid, name: "java", command: Self.endless, uid: 1000))
            try #require(chown(host.folder.path("host/proc/\(pid)"), 1000, 1000) == 0)
        }
        try host.put(.init(pid: 5151, name: "java", command: "late one", uid: 1000))
        try #require(chown(host.folder.path("host/proc/5151"), 1000, 1000) == 0)
        // The youngest, so that it is asked last.
        try host.put(.init(pid: 5152, name: "postgres", command: "postgres", startTicks: 329_900, uid: 70))
        func processes(_ service: String) -> Int? {
            host.look(groups).first { $0.identity.service == service }?.reading.processes
        }
        #expect(processes("database") == 1)
        host.turn(groups)
        let told = host.log.lines(ProcessGroups.slowComparison)
        #expect(told.count == 1 && told.first?["uid"] == "1000")
        // Each look has its share.
        var looks = 0
        while processes("late") == 0, looks < 200 { looks += 1 }
        #expect(processes("late") == 1 && looks > 0)
    }

    @Test func `who is to leave a group with its parent leaves it when it has its turn`() throws {
        let host = try FixtureHost { $0.watchFile = "watch.yaml" }
        let groups = try host.groups(
            """
            groups:
              - { service: shop, instance: 'shop-${n}', match: { command: 'java .*-jar .*/(?<n>\\w+)\\.jar' } }
              - { service: tree, match: { command: root }, descendants: true }
            """)
        func tree() -> Int? { host.look(groups).first { $0.identity.service == "tree" }?.reading.processes }
        try host.put(
            .init(pid: 4801, name: "root", command: "root"), .init(pid: 4802, parent: 4801, name: "leaf", command: "leaf"))
        host.turn(groups)
        #expect(tree() == 2)
        for pid in Int32(5001)...5150 {
            try host.put(.init(pid: pid, name: "java", command: Self.endless, startTicks: 330_000))
        }
        try host.put(.init(pid: 4801, name: "other", command: "other"))
        host.turn(groups)
        var looks = 0
        while tree() != 0, looks < 200 { looks += 1 }
        #expect(tree() == 0)
    }
}

import AgentMetrics
import ApusAgent
import ApusLinux
import Foundation
import HostTesting
import Testing

/// Processes whose files stay open, and those of which the folder alone does.
@Suite struct GroupFilesTests {
    private static let file = "groups: [{ service: job, instance: 'job-${n}', match: { command: 'job (?<n>[0-9]+)' } }]"

    private let host: FixtureHost

    init() throws { host = try FixtureHost() }

    private func look(_ groups: ProcessGroups, isTurn: Bool = false) -> [ProcessGroups.Served] {
        host.time.pass(.seconds(isTurn ? 15 : 1))
        if isTurn { groups.tick(at: host.time.now) }
        return groups.look(at: host.time.now)
    }

    private func process(_ number: Int, ticks: Int = 0) -> FixtureHost.Process {
        .init(
            pid: 4800 + Int32(number), command: "job \(number)", userTicks: 10 * number + ticks, minorFaults: number + ticks,
            startTicks: 329_000 + number, residentPages: 5, countedPages: 100 + number + ticks,
            readBytes: 4096 * number + ticks,
            writtenBytes: number, openFiles: 3 + number % 5)
    }

    /// The descriptors that this process has open on the processes of the tree.
    private func held() throws -> Int {
        let folder = host.folder.path("host/proc/48")
        return try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            return target?.hasPrefix(folder) ?? false
        }
    }

    /// What is served of each process.
    private func figures(_ served: [ProcessGroups.Served]) -> [[Int?]] {
        served.map { served in
            let reading = served.reading
            return [
                reading.processes, Int(reading.account.used.userTicks), Int(reading.account.used.minorFaults),
                Int(reading.residentBytes), reading.openFiles.map { Int($0) }, Int(reading.account.used.readBytes),
            ]
        }
    }

    @Test func `many processes are watched with few descriptors, and found to be what they are with many`() throws {
        let (few, many) = (try host.groups(Self.file, descriptors: 80), try host.groups(Self.file, descriptors: 4096))
        for number in 1...31 { try host.put(process(number)) }
        #expect(look(few, isTurn: true).count == 31 && few.unwatched == 0)
        #expect(try (31...40).contains(held()))
        for number in 32...40 { try host.put(process(number)) }
        #expect(look(few, isTurn: true).count == 40 && few.unwatched == 0)
        #expect(try held() == 40)
        _ = look(many, isTurn: true)
        for number in 1...40 { try host.put(process(number, ticks: 7)) }
        let (those, these) = (figures(look(few)), figures(look(many)))
        #expect(those == these && those.count == 40)
        #expect(these.first == [1, 17, 8, 108 * 4096, 4, 4103])
        try host.put(process(41))
        #expect(look(few, isTurn: true).count == 40 && few.unwatched == 1)
    }

    @Test func `where processes end the files of others are opened again, and nothing is lost by it`() throws {
        let groups = try host.groups(Self.file, descriptors: 80)
        for number in 1...40 { try host.put(process(number)) }
        _ = look(groups, isTurn: true)
        for number in 6...40 { try host.remove(4800 + Int32(number)) }
        #expect(figures(look(groups, isTurn: true)).count { $0.first == 1 } == 5)
        #expect(try held() == 5 * 3)
        for number in 1...5 { try host.put(process(number, ticks: 9)) }
        #expect(figures(look(groups)).first == [1, 19, 10, 110 * 4096, 4, 4105])
    }

    @Test(arguments: [80, 4096])
    func `a process that has the number of one that ended is another one`(descriptors: Int) throws {
        let groups = try host.groups(
            "groups: [{ service: job, match: { command: 'job [0-9]+' } }]", descriptors: descriptors)
        for number in 1...40 { try host.put(process(number)) }
        let before = try #require(look(groups, isTurn: true).first).reading
        #expect(before.processes == 40 && before.account.started == 40)
        try host.remove(4803)
        var other = process(3)
        (other.startTicks, other.userTicks) = (340_000, 1)
        try host.put(other)
        let after = try #require(look(groups).first).reading
        #expect(after.processes == 40 && after.account.started == 41 && after.account.ended == 1)
        #expect(after.account.used.userTicks == before.account.used.userTicks)
        other.userTicks += 5
        try host.put(other)
        #expect(try #require(look(groups).first).reading.account.used.userTicks == before.account.used.userTicks + 5)
    }
}

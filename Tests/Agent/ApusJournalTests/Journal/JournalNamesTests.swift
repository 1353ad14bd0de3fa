import ApusJournal
import ApusSystemd
import Foundation
import HostTesting
import Testing

/// Entries counted by container, by unit of a user's manager, and by identifier.
@Suite struct JournalNamesTests {
    private static let conmon = "libpod-conmon-0c1f5d9c2b7e4f6a8d3b0c1f5d9c2b7e4f6a8d3b0c1f5d9c2b7e4f6a8d3b0c1f.scope"

    private func counts(
        _ entries: [[(String, String)]], _ change: (inout JournalFollowerConfiguration) -> Void = { _ in }
    ) throws -> (JournalCounts, [JournalNotice]) {
        let folder = try JournalFolder()
        var export = JournalExport()
        for (number, fields) in entries.enumerated() { export.add(UInt64(number + 1), fields) }
        try folder.write("one", export)
        var configuration = folder.configuration()
        change(&configuration)
        _ = try folder.count(configuration)
        // From the state file: what is counted is what is saved.
        return try folder.count(configuration)
    }

    private func series(_ counts: JournalCounts, _ kind: JournalNameKind) -> [String] {
        var series: [String] = []
        counts.forEach(kind) { name, cells in
            for (priority, count) in zip(JournalPriority.allCases, cells) where count > 0 {
                series.append("\(name.owner):\(name.name) \(priority.name) \(count)")
            }
        }
        return series
    }

    private func container(_ name: String, uid: String = "0", unit: String = "docker.service") -> [(String, String)] {
        [("_SYSTEMD_UNIT", unit), ("_UID", uid), ("CONTAINER_NAME", name), ("CONTAINER_ID", "0c1f5d9c2b7e"), ("PRIORITY", "6")]
    }

    @Test func `entries of containers count by container besides their unit, those of a user's own apart`() throws {
        let (counts, _) = try counts([
            container("web"), container("web"), container("web", uid: "1000", unit: Self.conmon),
            container("web") + [("SYSLOG_IDENTIFIER", "0c1f5d9c2b7e")],
        ])
        #expect(series(counts, .container) == [":web info 3", "1000:web info 1"])
        // What a container writes has an identifier of its own that says nothing more.
        #expect(series(counts, .identifier) == [])
        #expect(counts.messages(unit: "docker.service", priority: .info) == 3)
        #expect(counts.messages(unit: "libpod-conmon-*.scope", priority: .info) == 1)
    }

    @Test(arguments: [
        ("shop_web.1.x0k3f7q2v9d8s6a5m4n1b2c3z", "shop_web.1.*"),
        ("k8s_app_web-7d9c5b8f6d-x2k4z_shop_1b4e28ba-2fa1-11d2-883f-0016d3cca427_0", "k8s_app_web-7d9c5b8f6d-x2k4z_shop_*_0"),
        ("0c1f5d9c2b7e", "*"), ("brave_hopper", "brave_hopper"), ("web-1", "web-1"),
        ("\u{1F980}-crab", "\u{1F980}-crab"),
    ])
    func `containers that are made anew each time count under one name`(container: String, name: String) throws {
        let (counts, _) = try counts([self.container(container)])
        #expect(series(counts, .container) == [":\(name) info 1"])
    }

    private func userUnit(_ unit: String, uid: String = "1000", _ more: [(String, String)] = []) -> [(String, String)] {
        [("_SYSTEMD_UNIT", "user@\(uid).service"), ("_SYSTEMD_USER_UNIT", unit), ("_UID", uid), ("PRIORITY", "3")] + more
    }

    @Test func `entries below a user's manager count by its unit and the user`() throws {
        let (counts, _) = try counts([
            userUnit("syncthing.service"), userUnit("syncthing.service", uid: "1001"),
            userUnit("app-gnome-firefox-31337.scope"),
            userUnit("run-u12.service"), [("_SYSTEMD_UNIT", "user@x.service"), ("_SYSTEMD_USER_UNIT", "a.service")],
            // Outside of a manager the field is nobody's.
            [("_SYSTEMD_UNIT", "a.service"), ("_SYSTEMD_USER_UNIT", "b.service")],
        ])
        #expect(
            series(counts, .userUnit) == [
                "1000:syncthing.service err 1", "1001:syncthing.service err 1", "1000:app-gnome-firefox-*.scope err 1",
                "1000:run-*.service err 1",
            ])
        #expect(counts.messages(unit: "user@.service", priority: .error) == 4)
    }

    @Test func `a user's manager tells of that user's units alone, and no other process does`() throws {
        let failed = [("MESSAGE_ID", "d9b373ed55a64feb8242e02dbe79a49c"), ("UNIT_RESULT", "exit-code")]
        let started = [("MESSAGE_ID", "39f53479d3a045ac8e11786248231fbf"), ("JOB_RESULT", "done")]
        let (counts, _) = try counts([
            userUnit("init.scope", failed + [("USER_UNIT", "sync.service")]),
            userUnit("init.scope", started + [("USER_UNIT", "sync.service")]),
            userUnit("init.scope", uid: "0", failed + [("USER_UNIT", "roots.service")]),
            // A service of the user, and one that claims to be about the system's.
            userUnit("evil.service", failed + [("USER_UNIT", "sync.service")]),
            userUnit("init.scope", failed + [("UNIT", "nginx.service")]),
        ])
        let events = counts.events.map { "\($0.key.owner ?? "-") \($0.key.unit) \($0.key.event) \($0.key.cause) \($0.value)" }
        #expect(
            events.sorted() == [
                "0 roots.service failed exit-code 1", "1000 sync.service failed exit-code 1",
                "1000 sync.service started  1",
            ])
    }

    @Test func `entries of no service count by identifier, and by user where that was not root`() throws {
        let (counts, _) = try counts([
            [("_TRANSPORT", "kernel"), ("SYSLOG_IDENTIFIER", "kernel"), ("PRIORITY", "4")],
            [("_SYSTEMD_UNIT", "init.scope"), ("_UID", "0"), ("SYSLOG_IDENTIFIER", "systemd"), ("PRIORITY", "6")],
            [("_SYSTEMD_UNIT", "session-4.scope"), ("_UID", "0"), ("SYSLOG_IDENTIFIER", "sudo"), ("PRIORITY", "5")],
            [("_SYSTEMD_UNIT", "session-4.scope"), ("_UID", "1000"), ("SYSLOG_IDENTIFIER", "sudo"), ("PRIORITY", "5")],
            [("_SYSTEMD_UNIT", "cron.service"), ("_UID", "0"), ("SYSLOG_IDENTIFIER", "CRON"), ("PRIORITY", "6")],
            [("_SYSTEMD_UNIT", "session-4.scope"), ("_UID", "nobody's"), ("SYSLOG_IDENTIFIER", "x"), ("PRIORITY", "6")],
            [("_SYSTEMD_UNIT", "session-4.scope"), ("_UID", "0"), ("SYSLOG_IDENTIFIER", ""), ("PRIORITY", "6")],
        ])
        #expect(
            series(counts, .identifier) == [
                ":kernel warning 1", ":systemd info 1", ":sudo notice 1", "1000:sudo notice 1", "unknown:x info 1",
            ])
    }

    @Test func `a name is cut at a character, and two of one beginning are one`() throws {
        let long = String(repeating: "\u{e9}", count: 70)
        let (counts, _) = try counts([container("a" + long), container("a" + long + "b")])
        #expect(series(counts, .container) == [":a\(String(repeating: "\u{e9}", count: 63)) info 2"])
    }

    @Test func `patterns include and exclude, and what is named has a place of its own`() throws {
        let entries = [
            container("web-1"), container("web-test"), container("db"), container("0c1f5d9c2b7e"),
            [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "6")], [("_SYSTEMD_UNIT", "b.service"), ("PRIORITY", "6")],
            [("SYSLOG_IDENTIFIER", "kernel"), ("PRIORITY", "6")],
        ]
        func patterns(_ texts: String...) -> [JournalNamePattern] { texts.compactMap { JournalNamePattern($0) } }
        let (counts, notices) = try counts(entries) { configuration in
            configuration.limits = JournalLimits(names: 1)
            configuration.choice.units.exclude = patterns("b.*")
            configuration.choice.containers = JournalNameChoice(
                include: patterns("web-*", "db", "0c1f5d9c2b7e"), exclude: patterns("*-test"))
            configuration.choice.identifiers.include = []
        }
        #expect(series(counts, .container) == [":web-1 info 1", ":db info 1", ":0c1f5d9c2b7e info 1"])
        #expect(series(counts, .identifier) == [])
        #expect(counts.units.dropFirst(2) == ["docker.service", "a.service"])
        #expect(notices == [])
    }

    @Test func `what is counted under a name for several is kept over a start beside a pattern that includes`() throws {
        func patterns(_ texts: String...) -> [JournalNamePattern] { texts.compactMap { JournalNamePattern($0) } }
        let entries = [
            container("shop_web.1.x0k3f7q2v9d8s6a5m4n1b2c3z"), container("db"),
            [("_SYSTEMD_UNIT", "user@1000.service"), ("_UID", "1000"), ("PRIORITY", "6")],
        ]
        let (kept, _) = try counts(entries) { configuration in
            configuration.choice.containers.include = patterns("shop_web.1.x*")
            configuration.choice.units.include = patterns("user@1*.service", "docker.service")
        }
        #expect(series(kept, .container) == [":shop_web.1.* info 1"])
        #expect(kept.messages(unit: "user@.service", priority: .info) == 1)
        #expect(kept.messages(unit: "docker.service", priority: .info) == 2)
        // What a pattern excludes goes by whichever name.
        let folder = try JournalFolder()
        var export = JournalExport()
        export.add(1, entries[0])
        try folder.write("one", export)
        var configuration = folder.configuration()
        #expect(series(try folder.count(configuration).0, .container) == [":shop_web.1.* info 1"])
        configuration.choice.containers.exclude = patterns("shop_*")
        #expect(series(try folder.count(configuration).0, .container) == [])
    }

    @Test func `a choice that is taken over ends the series of others, and what is chosen again begins anew`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        for number in 1...3 as ClosedRange<UInt64> { export.add(number, container("c\(number)")) }
        try folder.write("one", export)
        let counter = JournalCounter(folder.configuration()) { _ in }
        try counter.open()
        while try counter.countBatch() > 0 {}
        #expect(series(counter.state.counts, .container).count == 3)
        var choice = JournalChoice()
        choice.containers.exclude = [try #require(JournalNamePattern("c2"))]
        counter.choose(choice)
        #expect(counter.isChanged)
        #expect(series(counter.state.counts, .container) == [":c1 info 1", ":c3 info 1"])
        counter.choose(JournalChoice())
        var later = JournalExport()
        later.add(10, container("c2"))
        try folder.write("two", later)
        try counter.open()
        while try counter.countBatch() > 0 {}
        #expect(series(counter.state.counts, .container) == [":c1 info 1", ":c3 info 1", ":c2 info 1"])
    }

    /// What no entry of a file has is not looked for, until one has it.
    @Test func `the first entry of a container in a file that had none is counted, and nothing twice`() throws {
        let folder = try TemporaryFolder()
        let journald = try PrivateJournald()
        defer { try? journald.stop() }
        let counter = JournalCounter(
            JournalFollowerConfiguration(
                source: .namespace(journald.namespace), statePath: folder.path("journal"), beginning: .beginning)
        ) { _ in }
        try counter.open()
        var expected: UInt64 = 0
        for round in 1...5 as ClosedRange<UInt64> {
            for number in 0..<20 {
                let isContainers = round > 2 && number == 7
                try journald.write(
                    [("MESSAGE", "m"), ("PRIORITY", "5"), ("SYSLOG_IDENTIFIER", "plain")]
                        + (isContainers ? [("CONTAINER_NAME", "late")] : []))
                if !isContainers { expected += 1 }
            }
            #expect(
                try comesTrue(within: .seconds(10)) {
                    while try counter.countBatch(limit: 7) > 0 {}
                    return counter.state.counts[.identifier].messages(of: "/plain", priority: .notice) >= expected
                })
            #expect(counter.state.counts[.identifier].messages(of: "/plain", priority: .notice) == expected)
            #expect(counter.state.counts[.container].messages(of: "/late", priority: .notice) == max(2, round) - 2)
        }
    }

    @Test func `a user who fills the places pays alone, and what is counted together is that user's`() throws {
        var entries: [[(String, String)]] = []
        for number in 0..<100 { entries.append(container("mine-\(number)", uid: "1000")) }
        for number in 0..<10 { entries.append(container("theirs-\(number)", uid: "1001")) }
        for number in 0..<15 { entries.append(container("roots-\(number)")) }
        let (counts, notices) = try counts(entries) { $0.limits = JournalLimits(names: 40) }
        var byOwner: [String: (names: Int, entries: UInt64, others: UInt64)] = [:]
        counts.forEach(.container) { name, cells in
            let entries = cells.reduce(0, +)
            byOwner[name.owner, default: (0, 0, 0)].names += 1
            byOwner[name.owner, default: (0, 0, 0)].entries += entries
            if name.name == "<other>" { byOwner[name.owner, default: (0, 0, 0)].others += entries }
        }
        #expect(byOwner["1000"]?.names == 11 && byOwner["1000"]?.entries == 100 && byOwner["1000"]?.others == 90)
        #expect(byOwner["1001"]?.entries == 10)
        #expect(byOwner[""]?.names == 15 && byOwner[""]?.entries == 15)
        #expect(notices.contains(.full(.container, limit: 40)) == false, "the second run reads nothing")
    }

    @Test func `a state of the version before goes on, and has nothing of other kinds`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        export.add(1, container("web"))
        try folder.write("one", export)
        _ = try folder.count(folder.configuration())
        let now = try String(contentsOfFile: folder.statePath, encoding: .utf8)
        let before = now.split(separator: "\n").dropLast().filter { line in
            !line.hasPrefix("name\t") && !(line.hasPrefix("left\t") && line.split(separator: "\t").count == 3)
        }
        var text = before.joined(separator: "\n").replacing("apus-journal 5", with: "apus-journal 4") + "\n"
        let checksum = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        text += "end\t\(String(checksum, radix: 16))\n"
        try text.write(toFile: folder.statePath, atomically: true, encoding: .utf8)
        var later = JournalExport()
        later.add(10, container("web"))
        try folder.write("two", later)
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(notices == [])
        #expect(counts.messages(unit: "docker.service", priority: .info) == 2)
        #expect(series(counts, .container) == [":web info 1"])
    }
}

import ApusJournal
import ApusSystemd
import Testing

/// Who has counts of its own when there are more units than places.
@Suite struct JournalUnitPlacesTests {
    private func errors(of units: [String], from first: UInt64 = 1) -> JournalExport {
        var export = JournalExport()
        for (number, unit) in units.enumerated() {
            export.add(first + UInt64(number), [("_SYSTEMD_UNIT", unit), ("PRIORITY", "3"), ("MESSAGE", "error")])
        }
        return export
    }

    private func watched(_ patterns: String...) -> [UnitPattern] { patterns.compactMap { UnitPattern($0) } }

    @Test(arguments: [
        ("sshd@7-10.0.0.1:22-10.0.0.9:40022.service", "sshd@.service"),
        ("user@1000.service", "user@.service"),
        ("systemd-coredump@3-77-0.service", "systemd-coredump@.service"),
        ("session-41.scope", "session-*.scope"),
        ("run-u12.service", "run-*.service"),
        ("run-r7c1d4dbb5a9e4a0c8f7c.scope", "run-*.scope"),
        ("libpod-0c1f5d9c2b7e4f6a8d3b0c1f5d9c2b7e4f6a8d3b0c1f5d9c2b7e4f6a8d3b0c1f.scope", "libpod-*.scope"),
        ("libpod-conmon-0c1f5d9c2b7e4f6a8d3b0c1f5d9c2b7e4f6a8d3b0c1f5d9c2b7e4f6a8d3b0c1f.scope", "libpod-conmon-*.scope"),
        ("docker-0c1f5d9c2b7e4f6a8d3b.scope", "docker-*.scope"),
        ("app-gnome-firefox-31337.scope", "app-gnome-firefox-*.scope"),
        ("vte-spawn-1b4e28ba-2fa1-11d2-883f-0016d3cca427.scope", "vte-spawn-*.scope"),
        ("dbus-:1.12-org.example@0.service", "dbus-:*.service"),
        ("0c1f5d9c2b7e4f6a8d3b-7f3a.service", "*-7f3a.service"),
        ("nginx.service", "nginx.service"), ("postgresql-16.service", "postgresql-16.service"),
        ("init.scope", "init.scope"), ("e2scrub_reap.service", "e2scrub_reap.service"),
    ])
    func `units that are made anew each time count under one name`(unit: String, name: String) throws {
        let folder = try JournalFolder()
        try folder.write("one", errors(of: [unit]))
        let (counts, _) = try folder.count(folder.configuration())
        #expect(counts.units == ["", "<other>", name])
        #expect(counts.errors(of: unit).count == 1)
    }

    @Test func `an instance that is watched counts under its own name`() throws {
        let folder = try JournalFolder()
        try folder.write("one", errors(of: ["worker@1.service", "worker@2.service", "shop@1.service", "shop@2.service"]))
        let (counts, _) = try folder.count(
            folder.configuration(watched: watched("worker@*.service", "shop@2.service")))
        #expect(
            counts.units.dropFirst(2) == ["worker@1.service", "worker@2.service", "shop@.service", "shop@2.service"])
    }

    @Test func `a watched unit has its place though all are taken, also by an earlier run`() throws {
        let folder = try JournalFolder()
        let limits = JournalLimits(units: 20, eventSeries: 20)
        try folder.write("one", errors(of: (1...40).map { "job-\($0).service" }))
        _ = try folder.count(folder.configuration(limits: limits))
        var export = errors(of: ["nginx.service", "late.service"], from: 100)
        let crash = [
            ("MESSAGE_ID", "d9b373ed55a64feb8242e02dbe79a49c"), ("_UID", "0"), ("UNIT", "nginx.service"),
            ("UNIT_RESULT", "exit-code"),
        ]
        export.add(200, crash)
        try folder.write("two", export)
        let (counts, notices) = try folder.count(
            folder.configuration(watched: watched("nginx.service"), limits: limits))
        #expect(counts.messages(unit: "nginx.service", priority: .error) == 1)
        #expect(counts.errors(of: "nginx.service").count == 1)
        #expect(counts.events.contains { $0.key.unit == "nginx.service" && $0.key.event == .failed })
        #expect(counts.messages(unit: "late.service", priority: .error) == 0)
        #expect(notices == [.full(.unit, limit: 20)])
    }

    @Test func `instances that a glob matches leave as others do, and named units stay`() throws {
        let folder = try JournalFolder()
        let watched = watched("keep@*.service", "plain.service", "late.service")
        let instances = (1...1200).map { "keep@\($0).service" }
        try folder.write("one", errors(of: ["plain.service"] + instances + ["late.service", "other.service"]))
        let (full, notices) = try folder.count(folder.configuration(watched: watched))
        #expect(full.messages(unit: "keep@999.service", priority: .error) == 1)
        // While nobody was silent for long enough, the rest counts under the template.
        #expect(full.messages(unit: "keep@.service", priority: .error) == 201)
        for unit in ["plain.service", "late.service", "other.service"] {
            #expect(full.messages(unit: unit, priority: .error) == 1, "\(unit)")
        }
        #expect(full.isFull)
        #expect(notices.first == .watchedFull(limit: 1000) && Set(notices.map(\.subject)).count == 1)

        // A restart takes them up by the state file; each new one makes room before its next entry.
        for round in 0..<2 as Range<UInt64> {
            try folder.write("later-\(round)", errors(of: ["keep@2000.service"], from: 5000 + round))
            _ = try folder.count(folder.configuration(watched: watched, limits: JournalLimits(idle: .zero)))
        }
        let (counts, _) = try folder.count(folder.configuration(watched: watched, limits: JournalLimits(idle: .zero)))
        #expect(counts.messages(unit: "keep@2000.service", priority: .error) == 1)
        #expect(counts.unitsLeft == 100)
        #expect(counts.messages(unit: "keep@1.service", priority: .error) == 0)
        #expect(counts.messages(unit: "keep@999.service", priority: .error) == 1)
        for unit in ["plain.service", "late.service", "other.service"] {
            #expect(counts.messages(unit: unit, priority: .error) == 1, "\(unit)")
        }
    }

    @Test func `silent units leave their places to others, and what was counted together only rises`() throws {
        let folder = try JournalFolder()
        let limits = JournalLimits(units: 20, idle: .zero)
        try folder.write("one", errors(of: (1...20).map { "job-\($0).service" }))
        _ = try folder.count(folder.configuration(limits: limits))
        var others: UInt64 = 0
        for round in 0..<4 {
            let unit = "new-\(round).service"
            try folder.write("round-\(round)-0", errors(of: [unit], from: UInt64(1000 + 10 * round)))
            _ = try folder.count(folder.configuration(limits: limits))
            try folder.write("round-\(round)-1", errors(of: [unit], from: UInt64(1001 + 10 * round)))
            let (counts, _) = try folder.count(folder.configuration(limits: limits))
            #expect(counts.messages(unit: unit, priority: .error) >= 1)
            let now = counts.messages(unit: "<other>", priority: .error)
            #expect(now >= others && now <= others + 2)
            others = now
        }
        let (counts, _) = try folder.count(folder.configuration(limits: limits))
        #expect(counts.units.count <= 22)
        #expect(counts.unitsLeft >= 2)
        #expect(counts.messages(unit: "job-20.service", priority: .error) == 1)
        #expect(counts.messages(unit: "job-1.service", priority: .error) == 0)
    }

    @Test func `one unit that ends in ever new ways leaves others' events their places`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        for status in 0..<300 as Range<UInt64> {
            export.add(
                status + 1,
                [
                    ("MESSAGE_ID", "98e322203f7a4ed290d09fe03c09fe15"), ("_UID", "0"), ("UNIT", "flapping.service"),
                    ("EXIT_CODE", "exited"), ("EXIT_STATUS", "\(status)"),
                ])
        }
        try folder.write("one", export)
        let (counts, _) = try folder.count(folder.configuration())
        let series = counts.events.filter { $0.key.unit == "flapping.service" }
        #expect(series.count == 65)
        #expect(series.values.reduce(0, +) == 300)
        #expect(series.first { $0.key.status == "other" }?.value == 236)
    }
}

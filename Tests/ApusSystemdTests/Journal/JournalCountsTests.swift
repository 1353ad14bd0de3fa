import ApusSystemd
import Testing

@Suite struct JournalCountsTests {
    @Test func `entries are counted by unit and priority, those without either under their own`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        export.add(1, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "6")])
        export.add(2, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "6")])
        export.add(3, [("_SYSTEMD_UNIT", "b.service"), ("PRIORITY", "3")])
        export.add(4, [("PRIORITY", "4")])
        export.add(5, [("_SYSTEMD_UNIT", "b.service"), ("PRIORITY", "9")])
        export.add(6, [("_SYSTEMD_UNIT", "b.service"), ("MESSAGE", "no priority")])
        try folder.write("one", export)
        let (counts, notices) = try folder.count(folder.configuration())
        #expect(notices == [])
        #expect(counts.total == 6)
        #expect(counts.messages(unit: "a.service", priority: .info) == 2)
        #expect(counts.messages(unit: "b.service", priority: .error) == 1)
        #expect(counts.messages(unit: "", priority: .warning) == 1)
        #expect(counts.messages(unit: "b.service", priority: .unspecified) == 2)
        var series: [String] = []
        counts.forEachMessages { series.append("\($0) \($1.name) \($2)") }
        #expect(series == [" warning 1", "a.service info 2", "b.service err 1", "b.service none 2"])
    }

    @Test func `units beyond the limit are counted together, and units made anew each time under one name`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        for number in 1...6 as ClosedRange<UInt64> {
            export.add(number, [("_SYSTEMD_UNIT", "session-\(number).scope"), ("PRIORITY", "6")])
        }
        for number in 7...12 as ClosedRange<UInt64> {
            export.add(number, [("_SYSTEMD_UNIT", "unit-\(number).service"), ("PRIORITY", "6")])
        }
        try folder.write("one", export)
        let (counts, _) = try folder.count(folder.configuration(limits: JournalLimits(units: 3)))
        #expect(counts.units == ["", "<other>", "session-*.scope", "unit-7.service", "unit-8.service"])
        #expect(counts.messages(unit: "session-*.scope", priority: .info) == 6)
        #expect(counts.messages(unit: JournalCounts.otherUnits, priority: .info) == 4)
        #expect(counts.total == 12)
    }

    @Test func `of watched units alone the entries count`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        for (number, unit) in ["a.service", "b.service", "a.service"].enumerated() {
            export.add(UInt64(number + 1), [("_SYSTEMD_UNIT", unit), ("PRIORITY", "6")])
        }
        export.add(9, [("PRIORITY", "6"), ("MESSAGE", "kernel")])
        try folder.write("one", export)
        let (counts, _) = try folder.count(folder.configuration(units: ["a.service"]))
        #expect(counts.total == 2)
        #expect(counts.messages(unit: "a.service", priority: .info) == 2)
        #expect(counts.missing == 0)
    }

    @Test func `the last error of a unit is kept, cut at a character`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        export.add(1, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "3"), ("MESSAGE", "first")])
        export.add(2, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "2"), ("MESSAGE", "0123456789abcde\u{e9}fgh")])
        export.add(3, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "4"), ("MESSAGE", "a warning is none")])
        export.add(4, [("_SYSTEMD_UNIT", "b.service"), ("PRIORITY", "3"), ("MESSAGE", "tab\tand \\")])
        try folder.write("one", export)
        let configuration = folder.configuration(limits: JournalLimits(messageBytes: 16))
        _ = try folder.count(configuration)
        // From the state file.
        let (counts, _) = try folder.count(configuration)
        #expect(counts.lastError(of: "a.service")?.message == "0123456789abcde")
        #expect(counts.lastError(of: "a.service")?.priority == .critical)
        #expect(counts.lastError(of: "a.service")?.realtime == 1_700_000_000_000_002)
        #expect(counts.lastErrors.map(\.unit) == ["b.service", "a.service"])
        #expect(counts.lastError(of: "b.service")?.message == "tab\tand \\")
    }

    @Test func `systemd's catalogued messages are counted by the unit they are about`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        let unit = ("UNIT", "a.service")
        let root = ("_UID", "0")
        export.add(
            1, [("MESSAGE_ID", "98e322203f7a4ed290d09fe03c09fe15"), unit, root, ("EXIT_CODE", "exited"), ("EXIT_STATUS", "3")])
        export.add(
            2, [("MESSAGE_ID", "98e322203f7a4ed290d09fe03c09fe15"), unit, root, ("EXIT_CODE", "killed"), ("EXIT_STATUS", "9")])
        export.add(3, [("MESSAGE_ID", "d9b373ed55a64feb8242e02dbe79a49c"), unit, root, ("UNIT_RESULT", "watchdog")])
        export.add(4, [("MESSAGE_ID", "fe6faa94e7774663a0da52717891d8ef"), unit, root])
        export.add(
            5,
            [
                ("MESSAGE_ID", "fc2e22bc6ee647b6b90729ab34a250b1"), root, ("COREDUMP_UNIT", "a.service"),
                ("COREDUMP_SIGNAL_NAME", "SIGSEGV"),
            ])
        for number in 6...7 as ClosedRange<UInt64> {
            export.add(
                number,
                [
                    ("MESSAGE_ID", "a596d6fe7bfa4994828e72309e95d61e"), root, ("OBJECT_SYSTEMD_UNIT", "b.service"),
                    ("N_DROPPED", "\(number * 100)"),
                ])
        }
        export.add(8, [("MESSAGE_ID", "be02cf6855d2428ba40df7e9d022f03d"), unit, root])
        export.add(9, [("MESSAGE_ID", "d9b373ed55a64feb8242e02dbe79a49c"), unit, root, ("UNIT_RESULT", "no word\u{7f}")])
        // Not catalogued here, no message's number, and one that a user has made up.
        export.add(10, [("MESSAGE_ID", "39f53479d3a045ac8e11786248231fbf"), unit, root])
        export.add(11, [("MESSAGE_ID", "be02"), unit, root])
        export.add(12, [("MESSAGE_ID", "be02cf6855d2428ba40df7e9d022f03d"), unit, ("_UID", "1000")])
        try folder.write("one", export)
        _ = try folder.count(folder.configuration())
        let (counts, _) = try folder.count(folder.configuration())
        func series(_ event: JournalEvent, _ unit: String = "a.service", _ cause: String = "", _ status: String = "") -> UInt64?
        {
            counts.events.first {
                $0.key.event == event && $0.key.unit == unit && $0.key.cause == cause && $0.key.status == status
            }?.value
        }
        #expect(series(.processExited, "a.service", "exited", "3") == 1)
        #expect(series(.processExited, "a.service", "killed", "9") == 1)
        #expect(series(.failed, "a.service", "watchdog") == 1)
        #expect(series(.failed, "a.service", "other") == 1)
        #expect(series(.outOfMemory) == 1)
        #expect(series(.coreDumped, "a.service", "SIGSEGV") == 1)
        #expect(series(.messagesSuppressed, "b.service") == 1300)
        #expect(series(.startFailed) == 1)
        #expect(counts.events.count == 8)
    }
}

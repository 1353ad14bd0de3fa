import ApusJournal
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
        counts.forEachUnit { unit, counts in
            for (priority, count) in zip(JournalPriority.allCases, counts) where count > 0 {
                series.append("\(unit) \(priority.name) \(count)")
            }
        }
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

    @Test func `of a unit's errors the last ten are kept, each with the cursor that finds it`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        for number in 1...57 as ClosedRange<UInt64> {
            export.add(number, [("_SYSTEMD_UNIT", "a.service"), ("PRIORITY", "3"), ("MESSAGE", "error \(number)")])
        }
        try folder.write("one", export)
        _ = try folder.count(folder.configuration())
        let (counts, _) = try folder.count(folder.configuration())
        let errors = counts.errors(of: "a.service")
        #expect(errors.map(\.message) == (48...57).reversed().map { "error \($0)" })
        for error in errors {
            let journal = try JournalReader(folder.source)
            try journal.seek(after: JournalCursor(error.cursor))
            _ = try journal.next()
            // Behind it comes the next one; nothing behind the last.
            let next = journal.withField(.message) { String(decoding: $0, as: UTF8.self) }
            let number = error.realtime - 1_700_000_000_000_000
            if case .value(let text) = next, number < 57 { #expect(text == "error \(number + 1)") }
        }
        #expect(counts.errors(of: "b.service").isEmpty)
    }

    @Test func `what ended runs have used adds up by unit, over a restart`() throws {
        let folder = try JournalFolder()
        func run(_ number: UInt64, _ unit: String, user: String = "0", _ used: [(String, String)]) throws {
            var export = JournalExport()
            export.add(
                number, [("MESSAGE_ID", "ae8f7b866b0347b9af31fe1c80b127c0"), ("_UID", user), ("UNIT", unit)] + used)
            try folder.write("run-\(number)", export)
            _ = try folder.count(folder.configuration())
        }
        try run(1, "a.service", [("CPU_USAGE_NSEC", "1500000000"), ("IO_METRIC_READ_BYTES", "10"), ("MEMORY_PEAK", "900")])
        try run(2, "a.service", [("CPU_USAGE_NSEC", "250"), ("IP_METRIC_EGRESS_PACKETS", "7"), ("MEMORY_PEAK", "500")])
        try run(3, "b.service", [("CPU_USAGE_NSEC", "18446744073709551615")])
        try run(4, "b.service", [("CPU_USAGE_NSEC", "1")])
        // What a user makes up does not count, nor what is no number.
        try run(5, "a.service", user: "1000", [("CPU_USAGE_NSEC", "1")])
        try run(6, "a.service", [("CPU_USAGE_NSEC", "-1"), ("IO_METRIC_WRITE_BYTES", "many")])
        let (counts, _) = try folder.count(folder.configuration())
        #expect(counts.consumptions.map(\.unit) == ["a.service", "b.service"])
        let used = try #require(counts.consumptions.first?.consumption)
        #expect(used[.cpuNanoseconds] == 1_500_000_250)
        #expect(used[.ioReadBytes] == 10)
        #expect(used[.ipSentPackets] == 7)
        #expect(used[.memoryPeakBytes] == 500)
        #expect(used[.ioWrittenBytes] == nil)
        #expect(counts.consumptions.last?.consumption[.cpuNanoseconds] == .max)
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
        // A start that was not done, no message's number, and one that a user has made up.
        export.add(10, [("MESSAGE_ID", "39f53479d3a045ac8e11786248231fbf"), unit, root, ("JOB_RESULT", "skipped")])
        export.add(11, [("MESSAGE_ID", "be02"), unit, root])
        export.add(12, [("MESSAGE_ID", "be02cf6855d2428ba40df7e9d022f03d"), unit, ("_UID", "1000")])
        export.add(13, [("MESSAGE_ID", "39f53479d3a045ac8e11786248231fbf"), unit, root, ("JOB_RESULT", "done")])
        export.add(14, [("MESSAGE_ID", "7ad2d189f7e94e70a38c781354912448"), unit, root])
        // systemd-coredump writes as the user whose process it was; others may not.
        for (number, writer) in [(15, "systemd-coredump@3-77-0.service"), (16, "user@1000.service")] as [(UInt64, String)] {
            export.add(
                number,
                [
                    ("MESSAGE_ID", "fc2e22bc6ee647b6b90729ab34a250b1"), ("_UID", "1000"), ("_SYSTEMD_UNIT", writer),
                    ("COREDUMP_UNIT", "c.service"), ("COREDUMP_SIGNAL_NAME", "SIGABRT"),
                ])
        }
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
        #expect(series(.started) == 1)
        #expect(series(.succeeded) == 1)
        #expect(series(.coreDumped, "c.service", "SIGABRT") == 1)
        #expect(counts.events.count == 11)
    }
}

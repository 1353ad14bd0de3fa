import ApusJournal
import Foundation
import HostTesting
import Testing

@Suite struct JournalPatternTests {
    private static let logins = """
        # Who comes in.
        [ssh_failed_logins_total]
        Help=Logins that sshd refused.
        Match=_SYSTEMD_UNIT=ssh.service
        Expression=^Failed (?<method>\\w+) for (?:invalid user )?(?<user>\\S+)
        SeriesLimit=3

        [checkout_seconds]
        Help = Durations of checkouts.
        Expression = checkout took (?<value>[0-9.]+) s
        Buckets = 0.1 0.5 1
        """

    private func patterns(_ text: String = logins) throws -> [JournalPattern] {
        try JournalPatternFile.parse(text, path: "p.conf")
    }

    private func configuration(_ folder: JournalFolder, _ text: String = logins) throws -> JournalFollowerConfiguration {
        var configuration = folder.configuration()
        configuration.patterns = try patterns(text)
        return configuration
    }

    private func export(_ first: UInt64, unit: String = "ssh.service", _ messages: [String]) -> JournalExport {
        var export = JournalExport()
        for (number, message) in messages.enumerated() {
            export.add(first + UInt64(number), [("_SYSTEMD_UNIT", unit), ("PRIORITY", "6"), ("MESSAGE", message)])
        }
        return export
    }

    @Test func `entries that match are counted by what the groups captured, over restarts`() throws {
        let folder = try JournalFolder()
        try folder.write(
            "one",
            export(1, ["Failed password for root from ::1", "Failed password for root", "Failed none for invalid user x"]))
        try folder.write("two", export(10, unit: "other.service", ["Failed password for root", "nothing"]))
        _ = try folder.count(try configuration(folder))
        try folder.write("three", export(20, ["Failed password for root", "Accepted password for root"]))
        let (counts, notices) = try folder.count(try configuration(folder))
        #expect(notices == [])
        let logins = try #require(counts.patterns["ssh_failed_logins_total"])
        #expect(logins.series.mapValues(\.count) == [["password", "root"]: 3, ["none", "x"]: 1])
        #expect(logins.dropped == 0 && logins.failed == 0)
    }

    @Test func `a histogram observes a group's number; what is no number is a failure`() throws {
        let folder = try JournalFolder()
        let texts = ["0.1", "0.25", "3", "1.2.3"].map { "checkout took \($0) s" }
        try folder.write("one", export(1, unit: "shop.service", texts))
        let (counts, _) = try folder.count(try configuration(folder))
        let checkouts = try #require(counts.patterns["checkout_seconds"])
        #expect(checkouts.series == [[]: PatternCounts.Value(count: 3, sum: 0.1 + 0.25 + 3, buckets: [1, 1, 0, 1])])
        #expect(checkouts.failed == 1)
    }

    @Test func `series past the limit are dropped and counted, those that are there go on`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1, (0..<10).map { "Failed password for user\($0)" }))
        _ = try folder.count(try configuration(folder))
        try folder.write("two", export(20, (0..<10).map { "Failed password for user\($0)" }))
        let (counts, _) = try folder.count(try configuration(folder))
        let logins = try #require(counts.patterns["ssh_failed_logins_total"])
        #expect(logins.series.count == 3)
        #expect(logins.series.values.allSatisfy { $0.count == 2 })
        #expect(logins.dropped == 14)
    }

    @Test func `a match that would take for ever is given up, and the rest goes on`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1, [String(repeating: "a", count: 4000) + "!", "aaa"]))
        let text = "[a_total]\nHelp=As.\nExpression=^(a|aa|a+)+(a|aa)*$\n"
        let (counts, _) = try folder.count(try configuration(folder, text))
        #expect(counts.patterns["a_total"]?.failed == 1)
        #expect(counts.patterns["a_total"]?.series.mapValues(\.count) == [[]: 1])
        #expect(counts.total == 2)
    }

    @Test func `bytes that are no UTF-8 are looked at, and never reach a label`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        export.add(1, [("PRIORITY", "6"), ("MESSAGE", "who=J\u{fc}rgen.")])
        try folder.write("one", export)
        let (counts, _) = try folder.count(try configuration(folder, "[w_total]\nHelp=W.\nExpression=who=(?<who>\\w+)\n"))
        #expect(counts.patterns["w_total"]?.series.keys.map { $0 } == [["J\u{fc}rgen"]])
    }

    @Test func `a byte that is no UTF-8 inside of a match is U+FFFD, and the entry counts`() throws {
        let folder = try JournalFolder()
        var export = JournalExport()
        export.add(1, [("PRIORITY", "6")], binary: [("MESSAGE", Array("name=M".utf8) + [0xfc] + Array("ller took 2 s".utf8))])
        export.add(2, [("PRIORITY", "6")], binary: [("MESSAGE", [0xff] + Array("name=Maier took 3 s".utf8))])
        try folder.write("one", export)
        let text =
            "[n_total]\nHelp=N.\nExpression=name=(?<name>\\S+) took\n"
            + "[t_seconds]\nHelp=T.\nExpression=name=.+ took (?<value>[0-9]+) s\nBuckets=1\n"
        let (counts, _) = try folder.count(try configuration(folder, text))
        let names = try #require(counts.patterns["n_total"])
        #expect(names.series.mapValues(\.count) == [["M\u{FFFD}ller"]: 1, ["Maier"]: 1])
        #expect(names.failed == 0 && names.dropped == 0)
        #expect(counts.patterns["t_seconds"]?.series == [[]: PatternCounts.Value(count: 2, sum: 5, buckets: [0, 2])])
    }

    @Test func `counts of a pattern that means something else now begin from zero, the others go on`() throws {
        let folder = try JournalFolder()
        try folder.write("one", export(1, ["Failed password for root", "checkout took 1 s"]))
        _ = try folder.count(try configuration(folder))
        let changed = Self.logins.replacing("Buckets = 0.1 0.5 1", with: "Buckets = 0.2 2")
        let (counts, notices) = try folder.count(try configuration(folder, changed))
        #expect(notices == [])
        #expect(counts.patterns["checkout_seconds"]?.series == [:])
        #expect(counts.patterns["ssh_failed_logins_total"]?.series.count == 1)
        let (without, _) = try folder.count(folder.configuration())
        #expect(without.patterns == [:])
    }

    private static let faults: [(String, String)] = [
        ("Help=x", "p.conf:1: a setting before the first [name_of_the_metric]"),
        ("\n[a_total\n", "p.conf:2: write [name_of_the_metric]"),
        ("[a_total]\nHelp", "p.conf:2: write Key=value, or [name_of_the_metric]"),
        ("[a_total]\nHelp=x\nExpression=x\n[a_total]", "p.conf:4: [a_total] is in line 1 already"),
        ("[a_total]\nHelp=x", "p.conf:1: [a_total] needs Expression="),
        ("[a_total]\nExpression=x", "p.conf:1: [a_total] needs Help=, one sentence for those who read the metric"),
        ("[a]\nHelp=x\nExpression=x", "p.conf:1: [a] a: a counter's name ends in _total"),
        (
            "[a_total]\nHelp=x\nExpression=(x",
            "p.conf:1: [a_total] the expression is wrong at character 3: missing closing parenthesis"
        ),
        ("[a_total]\nHelp=x\nExpression=x\nLabels=y", "p.conf:1: [a_total] the expression has no group (?<y>…)"),
        ("[a_seconds]\nHelp=x\nExpression=x\nBuckets=1", "p.conf:1: [a_seconds] the expression has no group (?<value>…)"),
        ("[a_total]\nHelp=x\nHelp=y", "p.conf:3: Help= is set twice"),
        ("[a_total]\nBuckets=1 x", "p.conf:2: Buckets=1 x: write upper bounds, such as Buckets=0.1 0.5 1"),
        (
            "[a_seconds]\nHelp=x\nExpression=(?<value>x)\nBuckets=2 1",
            "p.conf:1: [a_seconds] a_seconds: buckets must be finite and ascending"
        ),
        ("[a_total]\nMatch=x", "p.conf:2: Match=x: write Match=FIELD=value"),
        (
            "[a_total]\nHelp=x\nExpression=x\nMatch=unit=x",
            "p.conf:1: [a_total] unit is no field of the journal: write capitals, digits and underscores, such as _SYSTEMD_UNIT"
        ),
        ("[a_total]\nSeriesLimit=0", "p.conf:2: SeriesLimit=0: write a number from 1 to 10000"),
        (
            "[a_total]\nColour=red",
            "p.conf:2: Colour= is no setting: Help, Match, Field, Expression, Labels, Buckets, SeriesLimit are"
        ),
        (
            "[a_total]\nHelp=x\nExpression=(?<instance>x)",
            "p.conf:1: [a_total] a_total: label instance is illegal or belongs to the target"
        ),
    ]

    @Test(arguments: faults) func `a faulty file is refused with its line and what to write`(text: String, message: String) {
        #expect(throws: JournalPatternFileError.self) { try JournalPatternFile.parse(text, path: "p.conf") }
        do throws(JournalPatternFileError) {
            _ = try JournalPatternFile.parse(text, path: "p.conf")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: JournalPatternFileError.self) { try JournalPatternFile.read("/nowhere/p.conf") }
    }
}

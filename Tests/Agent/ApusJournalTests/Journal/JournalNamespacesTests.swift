import ApusJournal
import ApusThreads
import Foundation
import Glibc
import HostTesting
import Testing

/// Several namespaces of the journal in one agent.
@Suite struct JournalNamespacesTests {
    @Test(arguments: [
        (["web"], false, ["web"], false), (["+web"], true, ["web"], true), (["web", "db", "web"], false, ["web", "db"], true),
        (["*"], true, [], true), (["*", "web"], true, ["web"], true),
    ])
    func `what is followed is read as journalctl reads it`(
        texts: [String], system: Bool, names: [String], isSeveral: Bool
    ) throws {
        let namespaces = try JournalNamespaces(texts)
        #expect(namespaces.includesSystem == system && namespaces.names == names && namespaces.isSeveral == isSeveral)
    }

    @Test(arguments: ["", "+", "a/b", "..", "a b", "++a", "web*"])
    func `what cannot be a namespace is refused`(text: String) {
        #expect(throws: JournalNamespaceFault.name(text)) { try JournalNamespaces([text]) }
    }

    @Test func `more than are followed are refused with the number that is`() {
        #expect(throws: JournalNamespaceFault.tooMany(9)) { try JournalNamespaces((1...9).map { "n\($0)" }) }
    }

    @Test func `a namespace that has gone gives its place away once its following has ended, and those without one are named`()
        throws
    {
        typealias Turn = JournalNamespaceRoll.Turn
        var roll = JournalNamespaceRoll(try JournalNamespaces(["*", "web"]))
        let seven = (1...7).map { "n\($0)" }
        #expect(roll.look(seven + ["web"]) == Turn(begin: seven))
        // Who came first stays, whatever the order of the names.
        #expect(roll.look(["a1", "a2"] + seven) == Turn(excess: ["a1", "a2"]))
        let left = Array(seven.dropFirst())
        for _ in 1..<JournalNamespaceRoll.patience { #expect(roll.look(["a1", "a2"] + left) == Turn(excess: ["a1", "a2"])) }
        // It came back in time.
        #expect(roll.look(["a1", "a2"] + seven) == Turn(excess: ["a1", "a2"]))
        for _ in 1..<JournalNamespaceRoll.patience { _ = roll.look(["a1", "a2"] + left) }
        #expect(roll.look(["a1", "a2"] + left) == Turn(end: ["n1"], excess: ["a1", "a2"]))
        // Its thread has still to end, and it may come back meanwhile.
        #expect(roll.look(["a1", "a2"] + seven) == Turn(excess: ["a1", "a2"]))
        roll.ended("n1")
        #expect(roll.look(["a1", "a2"] + seven) == Turn(begin: ["a1"], excess: ["a2", "n1"]))
        // What nobody follows leaves its place as soon as it has gone.
        roll.refused("n2")
        for _ in 0..<JournalNamespaceRoll.patience { _ = roll.look(Array(left.dropFirst())) }
        #expect(roll.look(Array(left.dropFirst()) + ["b1"]).begin == ["b1"])
        // One that is named neither comes nor goes.
        for _ in 0...JournalNamespaceRoll.patience { #expect(!roll.look([]).end.contains("web")) }
    }

    /// A state of one namespace that an earlier version kept in the file of whichever journal.
    @Test func `the state that an earlier version kept of a namespace alone goes on under its own name`() throws {
        let folder = try TemporaryFolder()
        let journald = try PrivateJournald()
        defer { try? journald.stop() }
        var configuration = JournalFollowerConfiguration(
            source: .namespace(journald.namespace), statePath: folder.path("journal"), beginning: .beginning)
        try journald.write([("MESSAGE", "one"), ("PRIORITY", "6")])
        func count(_ configuration: JournalFollowerConfiguration) throws -> UInt64 {
            let counter = JournalCounter(configuration) { _ in }
            try counter.open()
            #expect(try comesTrue(within: .seconds(10)) { try counter.countBatch() == 0 && counter.state.counts.total > 0 })
            counter.save()
            return counter.state.counts.total
        }
        let first = try count(configuration)
        // As the version before wrote it.
        let now = try folder.read("journal").split(separator: "\n").dropLast().filter { line in
            !line.hasPrefix("name\t") && !(line.hasPrefix("left\t") && line.split(separator: "\t").count == 3)
        }
        let text = now.joined(separator: "\n").replacing("apus-journal 5", with: "apus-journal 4") + "\n"
        let checksum = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        try folder.write(text + "end\t\(String(checksum, radix: 16))\n", to: "journal")
        configuration.namespaces = try JournalNamespaces([journald.namespace])
        let alone = configuration.following(journald.namespace)
        #expect(alone.statePath == folder.path("journal@\(journald.namespace)"))
        #expect(try count(alone) == first)
        #expect(!FileManager.default.fileExists(atPath: folder.path("journal")))
        #expect(try count(alone) == first)
        // A file of this version says by its name whose it is: another namespace does not take it.
        try FileManager.default.moveItem(atPath: alone.statePath, toPath: folder.path("journal"))
        configuration.beginning = .beginning
        #expect(JournalCounter(configuration.following("other")) { _ in }.state.counts.total == 0)
    }

    @Test func `the state of an earlier version that cannot be read now is said, and nothing is counted meanwhile`()
        async throws
    {
        let folder = try TemporaryFolder()
        var configuration = JournalFollowerConfiguration(
            source: .namespace("apus-none"), statePath: folder.path("journal"), beginning: .beginning)
        configuration.namespaces = try JournalNamespaces(["apus-none"])
        let alone = configuration.following("apus-none")
        // Root may read every file; a link to itself is what nobody can open.
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("journal"), withDestinationPath: folder.path("journal"))
        let counter = JournalCounter(alone) { _ in }
        let error = JournalError.state(.read(path: folder.path("journal"), code: ELOOP))
        #expect(throws: error) { try counter.open() }
        counter.save()
        #expect(!FileManager.default.fileExists(atPath: alone.statePath))
        let notices = Notices()
        let follower = JournalFollower(alone) { notices.add($0) }
        let wake = WakeUp()
        let thread = Task.detached { follower.run(until: wake) }
        #expect(comesTrue(within: .seconds(10)) { notices.all == [.unavailable(error)] })
        wake.raise()
        await thread.value
        #expect("\(error)".contains("the journal's place cannot be read: Too many levels of symbolic links"))
    }

    @Test func `an agent follows namespaces apart, and one that comes later from its first entry on`() async throws {
        let folder = try TemporaryFolder()
        let first = try PrivateJournald()
        defer { try? first.stop() }
        try first.write([("MESSAGE", "before"), ("PRIORITY", "3"), ("SYSLOG_IDENTIFIER", "t")])
        let agent = try JournalAgent([first.namespace, "*"], state: folder)
        defer { agent.kill(SIGKILL) }
        #expect(
            try comesTrue(within: .seconds(20)) {
                try agent.get("/metrics").contains("apus_journal_up{namespace=\"\(first.namespace)\"} 1\n")
            })
        let second = try PrivateJournald()
        defer { try? second.stop() }
        for _ in 0..<5 { try second.write([("MESSAGE", "later"), ("PRIORITY", "3"), ("SYSLOG_IDENTIFIER", "t")]) }
        for _ in 0..<3 { try first.write([("MESSAGE", "after"), ("PRIORITY", "3"), ("SYSLOG_IDENTIFIER", "t")]) }
        func sample(_ namespace: String) throws -> Substring? {
            let name = "journal_identifier_messages_total{namespace=\"\(namespace)\",identifier=\"t\",priority=\"err\"} "
            return try agent.get("/metrics").split(separator: "\n").first { $0.hasPrefix(name) }?.dropFirst(name.count)
        }
        #expect(try comesTrue(within: .seconds(20)) { try sample(first.namespace) == "3" && sample(second.namespace) == "5" })
        // The system's own has no label, and each has a place of its own.
        #expect(try agent.get("/metrics").contains("\napus_journal_age_seconds "))
        agent.kill(SIGTERM)
        #expect(agent.status == 0)
        for name in ["journal@\(first.namespace)", "journal@\(second.namespace)"] {
            #expect(FileManager.default.fileExists(atPath: folder.path(name)), "\(name)")
        }
        // Each goes on from its own place.
        for _ in 0..<2 { try first.write([("MESSAGE", "meanwhile"), ("PRIORITY", "3"), ("SYSLOG_IDENTIFIER", "t")]) }
        let next = try JournalAgent([first.namespace, "*"], state: folder)
        defer { next.kill(SIGKILL) }
        var text = ""
        #expect(
            try comesTrue(within: .seconds(20)) {
                text = try next.get("/metrics")
                return text.contains("namespace=\"\(first.namespace)\",identifier=\"t\",priority=\"err\"} 5\n")
                    && text.contains("namespace=\"\(second.namespace)\",identifier=\"t\",priority=\"err\"} 5\n")
            }, "\(text.split(separator: "\n").filter { $0.contains("identifier=\"t\"") })")
        let document = try next.get("/api/v1/journal")
        #expect(
            document.contains("\"namespace\" : \"\(second.namespace)\"")
                || document.contains("\"namespace\": \"\(second.namespace)\""))
    }
}

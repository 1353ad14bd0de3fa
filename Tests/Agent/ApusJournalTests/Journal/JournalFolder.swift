import ApusJournal
import Foundation
import Synchronization

/// A folder of journal files and of a state file, removed at the end.
final class JournalFolder: Sendable {
    let path: String
    var statePath: String { path + "/state" }
    var source: JournalOrigin { .directory(path) }

    init() throws {
        path = NSTemporaryDirectory() + "apus-journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) is left behind: \(error)") }
    }

    func file(_ name: String) -> String { "\(path)/\(name).journal" }

    /// Makes a journal file of its own.
    func write(_ name: String, _ export: JournalExport) throws {
        let remote = try JournalRemote(file(name))
        try remote.write(export)
        try remote.finish()
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: file(name)) }

    func configuration(
        units: Set<String>? = nil, watched: [UnitPattern] = [],
        beginning: JournalFollowerConfiguration.Beginning = .beginning, limits: JournalLimits = JournalLimits()
    ) -> JournalFollowerConfiguration {
        JournalFollowerConfiguration(
            source: source, statePath: statePath, units: units, watched: watched, beginning: beginning, limits: limits,
            saveInterval: .milliseconds(50))
    }

    /// Counts all that is there, saves, and gives the counts with what was notified.
    func count(_ configuration: JournalFollowerConfiguration) throws -> (JournalCounts, [JournalNotice]) {
        let notices = Notices()
        let counter = JournalCounter(configuration) { notices.add($0) }
        try counter.open()
        while try counter.countBatch(limit: 100) > 0 {}
        counter.save()
        return (counter.state.counts, notices.all)
    }
}

/// What a follower has notified.
final class Notices: Sendable {
    private let list = Mutex<[JournalNotice]>([])

    func add(_ notice: JournalNotice) { list.withLock { $0.append(notice) } }

    var all: [JournalNotice] { list.withLock { $0 } }
}

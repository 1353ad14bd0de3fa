import ApusLimits
package import ApusLinux
import Glibc

/// A file of groups for what runs on a host at a moment, for people to go on with.
///
/// Services of systemd, well-known programs outside of them and containers are groups; what else runs stands in comments.
package struct WatchDraft: Sendable {
    /// What is written.
    package let text: String

    /// Looks at the control groups and at every process once.
    ///
    /// - Throws: ``LinuxError`` when the processes cannot be listed; ``WatchFileError`` when what would be written is at fault.
    package init(of root: KernelRoot = .live) throws {
        let first = try? ControlGroups(of: 1, root: root)
        let pids = try FolderNames.read(root.proc).compactMap { Int32($0) }.filter { $0 != getpid() && $0 != 1 }.sorted()
        let processes = pids.prefix(WatchLimits.draftProcesses.value).compactMap {
            try? ProcessFacts(of: $0, root: root, below: first)
        }
        try self.init(ControlGroupFinds(root, below: first), processes)
    }

    /// - Throws: ``WatchFileError``.
    init(_ found: ControlGroupFinds, _ processes: [ProcessFacts]) throws(WatchFileError) {
        var writer = WatchDraftWriter()
        // The first group has what several match, and a container can be below a service.
        writer.add(containers: found.containers)
        for unit in found.units where !unit.isOfSystem { writer.add(unit) }
        let ready = try WatchFile.parse(Array(writer.text.utf8), path: "init")
        let units = Set(found.units.map(\.pattern))
        // A thread of the kernel runs no file, and has no arguments.
        let others = processes.filter { facts in
            guard facts.executable != nil || facts.command != "", Self.isFree(facts, of: ready) else { return false }
            return facts.unit.map { !units.contains(UnitFolding($0).pattern) } ?? true
        }
        let known = try KnownPrograms.groups.map { lines throws(WatchFileError) in
            (lines, try WatchFile.parse(Array(WatchDraftWriter.document(of: lines).utf8), path: "init"))
        }
        var rest: [String: Int] = [:]
        var matched: Set<Int> = []
        for facts in others {
            if let place = known.firstIndex(where: { !Self.isFree(facts, of: $0.1) }) {
                matched.insert(place)
            } else {
                rest[Self.program(of: facts), default: 0] += 1
            }
        }
        for place in matched.sorted() { writer.add(known: known[place].0) }
        for unit in found.units where unit.isOfSystem { writer.mention(unit) }
        writer.mention(programs: rest)
        text = writer.text
        _ = try WatchFile.parse(Array(text.utf8), path: "init")
    }

    /// Whether no group of a file has a process, as far as that can be seen of it.
    private static func isFree(_ facts: ProcessFacts, of file: WatchFile) -> Bool {
        guard let match = try? file.match(facts) else { return true }
        return match == nil
    }

    /// What `executable` of a selector is compared with.
    private static func program(of facts: ProcessFacts) -> String {
        let path = facts.executable ?? String((facts.command ?? "").prefix { $0 != " " })
        return String(path.split(separator: "/").last ?? facts.name[...])
    }
}

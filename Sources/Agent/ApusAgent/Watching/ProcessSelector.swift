import ApusJournal
import ApusLimits
package import ApusLinux
package import ApusText

/// What a process must be to belong to a group: all that is said must hold.
package struct ProcessSelector: Sendable {
    var executable: ExecutablePattern?
    let command: CommandPattern?
    let user: UserChoice?
    let unit: UnitPattern?
    let controlGroup: PathGlob?
    let pidFile: PidFile?
    /// Where it is written.
    package let place: TextPlace

    /// What the named groups of `command` captured of a process; `nil` when it does not match.
    ///
    /// - Throws: ``UnreadCommand`` where its arguments decide.
    package func matches(_ facts: ProcessFacts) throws(UnreadCommand) -> [String: String]? {
        // What costs least first: the pid file is read each time.
        guard user.map({ $0.number == facts.user }) ?? true, unit.map({ Self.matches($0, facts.unit) }) ?? true,
            controlGroup.map({ Self.matches($0, facts.controlGroup) }) ?? true
        else { return nil }
        if let executable, try !executable.matches(facts) { return nil }
        var captured: [String: String] = [:]
        if let command {
            guard let text = facts.command else { throw UnreadCommand(pid: facts.pid) }
            guard let found = command.captures(in: text) else { return nil }
            captured = found
        }
        guard pidFile.map({ $0.names(facts) }) ?? true else { return nil }
        return captured
    }

    /// Whether it says nothing but the control group or its unit, so that what matches are control groups.
    var isOfControlGroups: Bool {
        executable == nil && command == nil && user == nil && pidFile == nil && (unit != nil || controlGroup != nil)
    }

    /// What of a process decides whether it matches, beside its name and the pid file.
    var aspects: ProcessMark.Aspects {
        var aspects: ProcessMark.Aspects = []
        if user != nil || pidFile != nil { aspects.insert(.user) }
        if let executable { aspects.formUnion(executable.hasTargets ? [.executable, .firstArgument] : .executable) }
        if command != nil { aspects.insert(.command) }
        if unit != nil || controlGroup != nil { aspects.insert(.controlGroups) }
        return aspects
    }

    /// Whether the processes in a control group match, where ``isOfControlGroups``.
    func matches(_ group: ControlGroupName) -> Bool {
        (unit.map { Self.matches($0, group.unit) } ?? true) && (controlGroup.map { Self.matches($0, group.path) } ?? true)
    }

    /// Whether one below a control group can match that does not itself.
    func mayMatch(below group: ControlGroupName) -> Bool {
        (unit.map { group.mayHoldUnits || Self.matches($0, group.unit) } ?? true)
            && (controlGroup.map { Self.matches($0, group.path) || $0.mayMatch(below: group.path) } ?? true)
    }

    private static func matches(_ pattern: UnitPattern, _ unit: String?) -> Bool { unit.map(pattern.matches) ?? false }

    private static func matches(_ glob: PathGlob, _ group: String?) -> Bool {
        group.map { glob.matches(inOrBelow: $0) } ?? false
    }
}

/// The arguments of a process decide whether it matches, and it keeps whoever reads them from it (``ApusLinux/BoundedReads``).
package struct UnreadCommand: Error {
    let pid: Int32
}

/// A user that a process must act as.
struct UserChoice: Sendable {
    /// What the file calls it, where that is no number.
    let name: String?
    /// `nil` where this host had no user of the name when the file was read: no process matches then.
    let number: UInt32?
}

/// What a control group can be chosen by.
struct ControlGroupName {
    let path: String
    /// The system unit that it is of.
    let unit: String?
    /// Whether units can be below it.
    let mayHoldUnits: Bool

    /// - Parameter first: the groups of process 1, below which units are in a container.
    init(_ path: String, below first: ControlGroups?) {
        self.path = path
        unit = ControlGroups.systemUnit(of: path, below: first)
        mayHoldUnits = unit == nil && ControlGroups.mayHoldUnits(path, below: first)
    }
}

/// The program that a process runs, by the name of its file or by its path.
struct ExecutablePattern: Sendable {
    private let glob: PathGlob
    private let isPath: Bool
    /// The name by which a process is called that was started by a link.
    private let name: Substring
    /// What is looked for as a link; `nil` of a pattern of several names.
    let program: String?
    /// Where it is written.
    let place: TextPlace
    /// The links of this name to files of other names, as they were found last.
    private(set) var links: [ProgramLink]
    /// Files that the links have led to before, the latest first: who runs one of them still is the same program.
    private var formerTargets: [String] = []
    /// Whether a process that runs a file of another name may match, by its first argument.
    var hasTargets: Bool { !links.isEmpty || !formerTargets.isEmpty }

    init(_ text: String, at place: TextPlace, _ paths: PathBook) {
        glob = PathGlob(text)
        isPath = text.utf8.contains(UInt8(ascii: "/"))
        name = Self.lastPart(text[...])
        program = text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } ? nil : text
        self.place = place
        links = program.map { paths.links(of: $0).links } ?? []
    }

    /// Takes the links as they are found anew; one of which nobody says anything stands.
    ///
    /// - Returns: whether one leads to a file that none has led to.
    mutating func take(_ news: FoundLinks) -> Bool {
        let found = news.links + links.filter { news.unknown.contains($0.path) }
        guard found != links else { return false }
        let known = links.map(\.target) + formerTargets
        let targets = found.map(\.target)
        formerTargets = Array(known.filter { !targets.contains($0) }.prefix(WatchLimits.formerTargets.value))
        links = found
        return !targets.allSatisfy(known.contains)
    }

    /// Whether a process runs the program; one that has ended runs none, whatever it called itself. Where the kernel does not say to this user what file it runs, as of other users' processes, what
    /// the process says of itself decides: its first argument, or the name of its first thread. Of a file that a link leads to, that says
    /// as well by which of its names it was started.
    ///
    /// - Throws: ``UnreadCommand`` where its arguments decide.
    func matches(_ facts: ProcessFacts) throws(UnreadCommand) -> Bool {
        guard !facts.hasEnded else { return false }
        if let path = facts.executable {
            if glob.matches(isPath ? path[...] : Self.lastPart(path[...])) { return true }
            guard links.contains(where: { $0.target == path }) || formerTargets.contains(path) else { return false }
            let first = try Self.firstArgument(of: facts)
            // The kernel keeps 15 bytes of a name.
            return Self.lastPart(first) == name || facts.name.utf8.elementsEqual(name.utf8.prefix(15))
        }
        if !isPath, glob.matches(facts.name) { return true }
        let first = try Self.firstArgument(of: facts)
        return !first.isEmpty && glob.matches(isPath ? first : Self.lastPart(first))
    }

    private static func firstArgument(of facts: ProcessFacts) throws(UnreadCommand) -> Substring {
        guard let command = facts.command else { throw UnreadCommand(pid: facts.pid) }
        return command.prefix { $0 != " " }
    }

    private static func lastPart(_ path: Substring) -> Substring {
        path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path
    }
}

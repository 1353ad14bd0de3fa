import ApusLimits
import ApusSegment

/// Writes a file of groups, with comments for those who go on with it.
struct WatchDraftWriter {
    private var groups: [String] = []
    private var comments: [String] = []
    private var names: Set<String> = []
    private var heading = ""
    /// Groups past the most that are written.
    private var omitted = 0

    private static let opening = """
        # Processes that apus-agent watches beside the services that report to it, as apus-agent init found them on this host.
        # Each group, or each instance of it, has the labels service and instance. After a change:
        #
        #   apus-agent check-config --processes FILE
        #   systemctl reload apus-agent
        #
        # All keys are explained in docs/watching.md, in the package /usr/share/doc/apus-agent/watching.md.gz.
        groups:

        """

    var text: String {
        var text = Self.opening + groups.map { $0 + "\n" }.joined()
        if omitted > 0 {
            text += "\n  # \(omitted) more groups are not written: \(WatchLimits.draftGroups.value) are the most.\n"
        }
        return text + comments.map { $0 + "\n" }.joined()
    }

    /// A file of one group.
    static func document(of lines: [String]) -> String { "groups:\n" + item(lines) + "\n" }

    private static func item(_ lines: [String]) -> String {
        lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }.joined(separator: "\n")
    }

    // MARK: - Groups

    mutating func add(_ unit: UnitFolding) {
        add(
            Self.lines(of: unit, name: free(unit.stem)),
            below: "Services of systemd: each has all that runs in its control group.")
    }

    /// - Parameter patterns: of control groups.
    mutating func add(containers patterns: [String]) {
        guard !patterns.isEmpty else { return }
        add(
            ["service: containers", "instance: ${container}", "match:"]
                + patterns.prefix(WatchLimits.draftGroups.value).map { "  - cgroup: \(Self.quoted($0))" },
            below: "Containers, each under the first 12 digits of its id.")
    }

    mutating func add(known lines: [String]) {
        add(lines, below: "Programs outside of these services, with all that they have started.")
    }

    private mutating func add(_ lines: [String], below heading: String) {
        guard groups.count < WatchLimits.draftGroups.value else {
            omitted += 1
            return
        }
        let isNew = heading != self.heading
        self.heading = heading
        groups.append((isNew ? "\n  # \(heading)\n" : "") + Self.item(lines))
    }

    /// A name that no group has yet.
    private mutating func free(_ stem: String) -> String {
        let name = Hello.legalName(stem.isEmpty ? "service" : stem)
        var free = name
        var number = 2
        while !names.insert(free).inserted {
            free = "\(name)-\(number)"
            number += 1
        }
        return free
    }

    private static func lines(of unit: UnitFolding, name: String) -> [String] {
        ["service: \(quoted(name))", "match: { unit: \(quoted(unit.pattern)) }"]
    }

    // MARK: - Comments

    /// Writes a group that is not watched before its sign is taken away.
    mutating func mention(_ unit: UnitFolding) {
        mention(
            Self.lines(of: unit, name: Hello.legalName(unit.stem)),
            below: "Services that every host has; take the signs away to watch one."
        )
    }

    /// - Parameter programs: how many processes run each.
    mutating func mention(programs: [String: Int]) {
        let legal = programs.filter { $0.key.utf8.allSatisfy { (32...126).contains($0) } && !$0.key.contains("*") }
        let sorted = legal.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for (program, count) in sorted.prefix(WatchLimits.draftGroups.value) {
            mention(
                [
                    "service: \(Self.quoted(Hello.legalName(program)))",
                    "match: { executable: \(Self.quoted(program)) }  # \(count) process\(count == 1 ? "" : "es")",
                ], below: "What else runs here.")
        }
        if sorted.count > WatchLimits.draftGroups.value {
            comments.append("  # \(sorted.count - WatchLimits.draftGroups.value) more programs run here.")
        }
    }

    private mutating func mention(_ lines: [String], below heading: String) {
        if heading != self.heading { comments.append("\n  # \(heading)") }
        self.heading = heading
        comments.append(Self.item(lines).split(separator: "\n").map { "  # " + $0.dropFirst(2) }.joined(separator: "\n"))
    }

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}

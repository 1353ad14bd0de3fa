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
    /// What no file can name, such as a folder with a line break in its path.
    private var unnamed: [String: Int] = [:]

    private static let opening = """
        # Processes that apus-agent watches beside the services that report to it, as apus-agent init found them on this host.
        # Each group, or each instance of it, has the labels service and instance.
        #
        # ${host} is the name of the machine that the agent runs on. Prometheus takes names as agents give them (honor_labels), so that two
        # hosts on which a group has one name would be one series: keep ${host} in names where the file is for several hosts.
        #
        # After a change:
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
        for (what, count) in unnamed.sorted(by: { $0.key < $1.key }) {
            text +=
                "\n  # \(count) \(what) left out, as no pattern of this file can name them: their names have characters that cannot be\n"
            text += "  # written, or mean something else here, or are longer than \(WatchLimits.pattern.value.limitText).\n"
        }
        return text + comments.map { $0 + "\n" }.joined()
    }

    /// Whether a text has nothing in it that means something else in quotation marks, as a line break is read as a space there.
    private static func isSeen(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate, .privateUse: false
            default: true
            }
        }
    }

    /// Whether a group can be written without a fault.
    private static func isGood(_ lines: [String]) -> Bool {
        (try? WatchFile.parse(Array(document(of: lines).utf8), path: "init")) != nil
    }

    /// A file of one group.
    static func document(of lines: [String]) -> String { "groups:\n" + item(lines) + "\n" }

    private static func item(_ lines: [String]) -> String {
        lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }.joined(separator: "\n")
    }

    // MARK: - Groups

    mutating func add(_ unit: UnitFolding) {
        guard Self.isGood(Self.lines(of: unit, name: "name")) else {
            unnamed["services are", default: 0] += 1
            return
        }
        add(
            Self.lines(of: unit, name: free(unit.stem)),
            below: "Services of systemd: each has all that runs in its control group.")
    }

    /// - Parameter patterns: of control groups.
    mutating func add(containers patterns: [String]) {
        let good = patterns.filter { Self.isSeen($0) && Self.isGood(Self.lines(of: [$0])) }
        if good.count < patterns.count { unnamed["control groups of containers are"] = patterns.count - good.count }
        guard !good.isEmpty else { return }
        add(
            Self.lines(of: good.prefix(WatchLimits.draftGroups.value)),
            below: "Containers, each under the first 12 digits of its id.")
    }

    private static func lines(of patterns: some Sequence<String>) -> [String] {
        ["service: containers", "instance: ${host}-${container}", "match:"] + patterns.map { "  - cgroup: \(quoted($0))" }
    }

    mutating func add(known lines: [String]) {
        var lines = lines
        let (service, instance) = ("service: ", "instance: ")
        if let place = lines.firstIndex(where: { $0.hasPrefix(instance) }) {
            lines[place] = "\(instance)${host}-\(lines[place].dropFirst(instance.count))"
        } else if let first = lines.first, first.hasPrefix(service) {
            // A service of systemd may have the name, and one that is mentioned later is called otherwise.
            lines[0] = service + free(String(first.dropFirst(service.count)))
            lines.insert(Self.instance, at: 1)
        }
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

    /// What a group with one instance on each host calls it.
    private static let instance = "instance: ${host}"

    /// A name that no group has yet.
    private mutating func free(_ stem: String) -> String {
        let legal = Hello.legalName(stem)
        let name = legal.isEmpty ? "service" : legal
        var free = name
        var number = 2
        while !names.insert(free).inserted {
            free = "\(name.prefix(100))-\(number)"
            number += 1
        }
        return free
    }

    private static func lines(of unit: UnitFolding, name: String) -> [String] {
        ["service: \(quoted(name))", instance, "match: { unit: \(quoted(unit.pattern)) }"]
    }

    // MARK: - Comments

    /// Writes a group that is not watched before its sign is taken away.
    mutating func mention(_ unit: UnitFolding) {
        mention(
            Self.lines(of: unit, name: free(unit.stem)),
            below: "Services that every host has; take the signs away to watch one."
        )
    }

    /// - Parameter programs: how many processes run each.
    mutating func mention(programs: [String: Int]) {
        // A pattern or a capture would be another program.
        let legal = programs.filter { program, count in
            program.utf8.allSatisfy { (32...126).contains($0) } && !program.contains { "*?$".contains($0) }
                && Self.isGood(Self.lines(of: program, count, name: "name"))
        }
        if legal.count < programs.count { unnamed["programs are"] = programs.count - legal.count }
        let sorted = legal.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for (program, count) in sorted.prefix(WatchLimits.draftGroups.value) {
            mention(Self.lines(of: program, count, name: free(program)), below: "What else runs here.")
        }
        if sorted.count > WatchLimits.draftGroups.value {
            comments.append("  # \(sorted.count - WatchLimits.draftGroups.value) more programs run here.")
        }
    }

    private static func lines(of program: String, _ count: Int, name: String) -> [String] {
        [
            "service: \(quoted(name))", instance,
            "match: { executable: \(quoted(program)) }  # \(count) process\(count == 1 ? "" : "es")",
        ]
    }

    private mutating func mention(_ lines: [String], below heading: String) {
        if heading != self.heading { comments.append("\n  # \(heading)") }
        self.heading = heading
        comments.append(Self.item(lines).split(separator: "\n").map { "  # " + $0.dropFirst(2) }.joined(separator: "\n"))
    }

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}

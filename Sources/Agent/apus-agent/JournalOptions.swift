import ApusLinux
import ApusAgent
import ApusJournal
import ArgumentParser
import CommandConventions
import Glibc

/// What of the journal is counted, and where the place in it is kept.
struct JournalOptions: ParsableArguments {
    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case off, auto, all, units
    }

    @Option(
        help: ArgumentHelp(
            "Count the journal of all units if there is a state directory (auto), of all units (all), of those of --journal-unit "
                + "(units), or nothing (off).", valueName: "mode"))
    var journal = Mode.auto

    @Option(help: ArgumentHelp("Unit whose journal counts with --journal units; repeatable.", valueName: "unit"))
    var journalUnit: [String] = []

    @Option(
        help: ArgumentHelp(
            "Folder in which the place in the journal and the counts outlive the agent. [default: $STATE_DIRECTORY, as systemd sets it]",
            valueName: "folder"))
    var stateDirectory: String?

    @Option(
        help: ArgumentHelp(
            "Count the journal of this namespace instead of the system's; repeatable. +NAME: besides the system's; *: the system's and every "
                + "namespace that there is or will be. With several, series of a namespace have the label namespace.",
            valueName: "name"))
    var journalNamespace: [String] = []

    @Option(help: ArgumentHelp("Count the journal files in this folder instead of the system's.", valueName: "folder"))
    var journalDirectory: String?

    @Flag(help: "At the first start, count what is in the journal already; otherwise what comes from then on.")
    var journalFromStart = false

    @Option(
        help: ArgumentHelp(
            "How long after a change the place and the counts are saved; what a kill makes the next start read again; at least 100ms.",
            valueName: "duration"))
    var journalSaveInterval: Duration = .seconds(5)

    @Option(
        help: ArgumentHelp(
            "File of patterns: entries that match fields and a regular expression, counted as metrics of their own.",
            valueName: "file"))
    var journalPatterns: String?

    @Option(
        help: ArgumentHelp(
            "Who is given the texts of the last errors at /api/v1/journal: root and the agent's user, over a Unix socket "
                + "(readers), whoever reaches the endpoint (all), or nobody (none). Without a text there is the cursor, for "
                + "journalctl --cursor.", valueName: "whom"))
    var journalMessages = JournalMessagePolicy.readers

    func validate() throws {
        if journal == .units && journalUnit.isEmpty {
            throw ValidationError("--journal units: name the units with --journal-unit")
        }
        if journal != .units && !journalUnit.isEmpty {
            throw ValidationError("--journal-unit \(journalUnit[0]): goes with --journal units")
        }
        if journal == .off, let journalPatterns {
            throw ValidationError("--journal-patterns \(journalPatterns): does not go with --journal off")
        }
        try requirePath(stateDirectory, "--state-directory")
        try requirePath(journalDirectory, "--journal-directory")
        try requirePath(journalPatterns, "--journal-patterns")
        _ = try namespaces()
        for unit in journalUnit where UnitPattern(unit)?.isGlob ?? true {
            throw ValidationError("--journal-unit \(unit): write a unit's name with its type, such as nginx.service")
        }
        try requireAtLeast(.milliseconds(100), journalSaveInterval, "--journal-save-interval")
        if let namespace = journalNamespace.first, journalDirectory != nil {
            throw ValidationError("--journal-namespace \(namespace): does not go with --journal-directory")
        }
    }

    /// What is followed; `nil`: nothing.
    ///
    /// - Parameters:
    ///   - watched: the units that have counts of their own under their own names.
    ///   - remarks: takes what is to be logged once the agent runs; what keeps it from running stays the only line.
    func configuration(watched: [UnitPattern], remarks: inout [String]) throws -> JournalFollowerConfiguration? {
        guard journal != .off else { return nil }
        guard let folder = try stateFolder() else {
            guard journal == .auto, journalPatterns == nil else {
                throw ValidationError(
                    "\(journalPatterns == nil ? "--journal \(journal.rawValue)" : "--journal-patterns"): the counts need a folder: give --state-directory, or StateDirectory= in the unit"
                )
            }
            remarks.append("the journal is not counted: no --state-directory, and no StateDirectory= in the unit")
            return nil
        }
        var configuration = JournalFollowerConfiguration(
            source: journalDirectory.map { .directory($0) } ?? .system, statePath: "\(folder)/journal",
            units: journal == .units ? Set(journalUnit) : nil, watched: watched,
            beginning: journalFromStart ? .beginning : .end, patterns: try patterns(), saveInterval: journalSaveInterval)
        configuration.namespaces = try namespaces()
        if let name = configuration.patternWithNamespace {
            throw ValidationError(
                "--journal-patterns: \(name) has the label namespace, which series of several namespaces have: call it otherwise"
            )
        }
        return configuration
    }

    private func namespaces() throws -> JournalNamespaces? {
        guard !journalNamespace.isEmpty else { return nil }
        do throws(JournalNamespaceFault) { return try JournalNamespaces(journalNamespace) } catch {
            throw ValidationError("--journal-namespace \(error)")
        }
    }

    private func patterns() throws -> [JournalPattern] {
        guard let journalPatterns else { return [] }
        do throws(JournalPatternFileError) {
            return try JournalPatternFile.read(journalPatterns)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private func stateFolder() throws -> String? {
        // systemd separates several by colons.
        let given = getenv("STATE_DIRECTORY").flatMap { String(cString: $0).split(separator: ":").first.map(String.init) }
        guard let folder = stateDirectory ?? given else { return nil }
        var status = stat()
        guard stat(folder, &status) == 0 else {
            let reason = errno == ENOENT ? "there is no such folder: make it" : String(cString: strerror(errno))
            throw ValidationError("--state-directory \(folder): \(reason)")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw ValidationError("--state-directory \(folder): it is not a folder")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw ValidationError(
                "--state-directory \(folder): the user with the id \(geteuid()) may not write to it: change its owner or mode")
        }
        do throws(OwnFolderError) { try OwnFolder.check(folder) } catch { throw ValidationError("--state-directory: \(error)") }
        return folder
    }
}

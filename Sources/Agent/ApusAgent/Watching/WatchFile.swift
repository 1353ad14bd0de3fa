import ApusLimits
package import AgentMetrics
package import ApusJournal
package import ApusLinux
package import ApusProbes
package import ApusText
import ApusYAML

/// The agent's file that names what is watched beside the services that report by themselves, in YAML: groups of processes, pages of
/// metrics, what is asked from outside, and what services call what every service has.
///
/// ```yaml
/// groups:
///   - service: checkout
///     instance: checkout-${number}
///     match:
///       executable: node
///       command: '^node /srv/(?<number>\d+)/server\.js'
/// scrape:
///   - service: mailer
///     url: http://127.0.0.1:9464/metrics
/// probes:
///   - service: cache
///     tcp: 127.0.0.1:6379
/// services:
///   - service: report-*
///     names: { queue_depth: 'jobs{state="waiting"}' }
/// ```
package struct WatchFile: Sendable {
    package var groups: [GroupDeclaration] = []
    package var scrapes: [ScrapeTarget] = []
    package var probes: [ProbeDeclaration] = []
    /// In the order in which they count.
    package var names: [NameDeclaration] = []
    /// Which names of the journal have counts of their own; `nil` where the file does not say.
    package var journal: JournalChoice?
    /// Who may speak for which services; `nil` where the file does not say.
    package var trust: TrustDeclaration?
    /// What is known of its paths whose file systems may not answer.
    package var paths = PathBook()
    /// What is no fault and may still not be meant, a line for each: `PATH:LINE:COLUMN: what it is: what to do`.
    package var remarks: [String] = []

    package var isEmpty: Bool {
        groups.isEmpty && scrapes.isEmpty && probes.isEmpty && names.isEmpty && journal == nil && trust == nil
    }

    /// The number of groups, pages, probes and declarations of names, in words.
    package var summary: String {
        func count(_ number: Int, _ one: String, _ several: String) -> String { "\(number) \(number == 1 ? one : several)" }
        var parts = [count(groups.count, "group", "groups")]
        if !scrapes.isEmpty { parts.append(count(scrapes.count, "page to scrape", "pages to scrape")) }
        if !probes.isEmpty { parts.append(count(probes.count, "probe", "probes")) }
        if !names.isEmpty { parts.append(count(names.count, "declaration of names", "declarations of names")) }
        return parts.joined(separator: ", ")
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - taken: names of metrics that the agent serves besides its own, such as those of patterns of the journal.
    ///   - paths: what is known of paths whose file systems may not answer.
    /// - Throws: ``WatchFileError`` with all that is wrong.
    package static func read(
        _ path: String, taken: Set<String> = [], paths: PathBook = PathBook()
    ) throws(WatchFileError) -> WatchFile {
        let bytes: [UInt8]
        do throws(LinuxError) { bytes = try WholeFile.read(path, longest: WatchLimits.file.value.bytes) } catch {
            throw WatchFileError(
                path: path,
                [
                    WatchFault(
                        reason: error.reading(
                            longest: WatchLimits.file.value, "name several instances by one group with ${name}"))
                ])
        }
        return try parse(bytes, path: path, taken: taken, paths: paths)
    }

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - path: what errors call the text.
    ///   - host: what `${host}` stands for in names.
    ///   - taken: names of metrics that the agent serves besides its own.
    ///   - paths: what is known of paths whose file systems may not answer.
    /// - Throws: ``WatchFileError`` with all that is wrong.
    package static func parse(
        _ bytes: [UInt8], path: String, host: String = HostName.current, taken: Set<String> = [],
        paths: PathBook = PathBook()
    ) throws(WatchFileError) -> WatchFile {
        let text = PlacedYAMLReader.read(
            bytes, within: .init(deepest: WatchLimits.depth.value, mostNodes: WatchLimits.values.value))
        var parser = WatchFileParser(
            faults: text.faults.map { WatchFault(place: $0.place, reason: $0.reason) }, host: host, taken: taken,
            paths: paths)
        var file = WatchFile()
        if let root = text.root, !root.isNull {
            file = parser.file(root)
            file.paths = paths
        } else if parser.faults.isEmpty {
            // A file that was cut off would drop all that is watched.
            throw WatchFileError(path: path, [WatchFault(reason: WatchFileParser.nothing)])
        }
        guard parser.faults.isEmpty else { throw WatchFileError(path: path, parser.faults) }
        let most = WatchLimits.errors.value
        file.remarks = parser.remarks.prefix(most).map { $0.line(of: path) }
        if parser.remarks.count > most {
            file.remarks.append("\(path): \(parser.remarks.count - most) more remarks are not listed")
        }
        return file
    }

    /// What of processes its groups are chosen by.
    var aspects: ProcessMark.Aspects { groups.aspects }

    /// The group that a process belongs to, which is the first that matches it, and the instance that it is one of.
    ///
    /// - Throws: ``UnreadCommand`` where its arguments decide.
    package func match(
        _ facts: ProcessFacts
    ) throws(UnreadCommand) -> (group: GroupDeclaration, identity: InstanceIdentity)? {
        for group in groups {
            if let identity = try group.identity(of: facts) { return (group, identity) }
        }
        return nil
    }
}

/// What is wrong in one of the agent's files in YAML, and what to write instead.
package struct WatchFault: Hashable, Sendable {
    /// `nil`: the file as a whole.
    package let place: TextPlace?
    package let reason: String

    init(place: TextPlace? = nil, reason: String) {
        self.place = place
        self.reason = reason
    }

    func line(of path: String) -> String { "\(path)\(place.map { ":\($0)" } ?? ""): \(reason)" }
}

/// Why a file of what is watched, or a web configuration, cannot be used: all that is wrong with it, in its order.
package struct WatchFileError: Error, Hashable, CustomStringConvertible {
    package let path: String
    /// The first of them, ``WatchLimits/errors`` at most.
    package let faults: [WatchFault]
    /// How many there are besides.
    package let omitted: Int

    init(path: String, _ faults: [WatchFault]) {
        let sorted = faults.sorted { Self.order($0) < Self.order($1) }
        self.path = path
        self.faults = Array(sorted.prefix(WatchLimits.errors.value))
        omitted = sorted.count - self.faults.count
    }

    private static func order(_ fault: WatchFault) -> (Int, Int) { (fault.place?.line ?? 0, fault.place?.column ?? 0) }

    /// A line for each: `PATH:LINE:COLUMN: what is wrong: what to write instead`.
    package var lines: [String] {
        faults.map { $0.line(of: path) }
            + (omitted > 0 ? ["\(path): \(omitted) more errors are not listed: mend these, and check again"] : [])
    }

    /// The one line, or a list of them below a line that says so.
    package var description: String {
        lines.count == 1 ? lines[0] : "\(path) has \(faults.count + omitted) errors:\n  " + lines.joined(separator: "\n  ")
    }
}

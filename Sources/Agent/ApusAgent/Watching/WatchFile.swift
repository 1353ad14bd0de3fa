import ApusLimits
package import AgentMetrics
package import ApusLinux
package import ApusText
import ApusYAML
import Glibc

/// The agent's file that names groups of processes to watch beside those that report, in YAML.
///
/// ```yaml
/// groups:
///   - service: checkout
///     instance: checkout-${number}
///     match:
///       executable: node
///       command: '^node /srv/(?<number>\d+)/server\.js'
/// ```
package struct WatchFile: Sendable {
    package var groups: [GroupDeclaration]

    /// Reads a file.
    ///
    /// - Throws: ``WatchFileError`` with all that is wrong.
    package static func read(_ path: String) throws(WatchFileError) -> WatchFile {
        let bytes: [UInt8]
        do throws(LinuxError) { bytes = try WholeFile.read(path, longest: WatchLimits.file.value.bytes) } catch {
            throw WatchFileError(path: path, [WatchFault(reason: Self.reason(error))])
        }
        return try parse(bytes, path: path)
    }

    /// Reads the text of a file.
    ///
    /// - Parameter path: what errors call the text.
    /// - Throws: ``WatchFileError`` with all that is wrong.
    package static func parse(_ bytes: [UInt8], path: String) throws(WatchFileError) -> WatchFile {
        let text = PlacedYAMLReader.read(
            bytes, within: .init(deepest: WatchLimits.depth.value, mostNodes: WatchLimits.values.value))
        var parser = WatchFileParser(faults: text.faults.map { WatchFault(place: $0.place, reason: $0.reason) })
        var groups: [GroupDeclaration] = []
        // A file of comments alone watches nothing.
        if let root = text.root, !root.isNull { groups = parser.groups(in: root) }
        guard parser.faults.isEmpty else { throw WatchFileError(path: path, parser.faults) }
        return WatchFile(groups: groups)
    }

    private static func reason(_ error: LinuxError) -> String {
        switch error.code {
        case EFBIG:
            "longer than \(WatchLimits.file.value.limitText): name several instances by one group with ${name}"
        case ENOENT: "there is no such file: write it, or name another one"
        case EACCES, EPERM: "the user with the id \(geteuid()) may not read it: let the agent's user read it"
        default: "cannot be read: \(error.reason)"
        }
    }

    /// The group that a process belongs to, which is the first that matches it, and the instance that it is one of.
    package func match(_ facts: ProcessFacts) -> (group: GroupDeclaration, identity: InstanceIdentity)? {
        for group in groups {
            if let identity = group.identity(of: facts) { return (group, identity) }
        }
        return nil
    }
}

/// What is wrong in a file of watched processes, and what to write instead.
package struct WatchFault: Hashable, Sendable {
    /// `nil`: the file as a whole.
    package let place: TextPlace?
    package let reason: String

    init(place: TextPlace? = nil, reason: String) {
        self.place = place
        self.reason = reason
    }
}

/// Why a file of watched processes cannot be used: all that is wrong with it, in its order.
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
        faults.map { fault in "\(path)\(fault.place.map { ":\($0)" } ?? ""): \(fault.reason)" }
            + (omitted > 0 ? ["\(path): \(omitted) more errors are not listed: mend these, and check again"] : [])
    }

    /// The one line, or a list of them below a line that says so.
    package var description: String {
        lines.count == 1 ? lines[0] : "\(path) has \(faults.count + omitted) errors:\n  " + lines.joined(separator: "\n  ")
    }
}

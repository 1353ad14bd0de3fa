import AgentMetrics
import ApusLimits
import ApusProbes
import ApusText
import ApusYAML

extension WatchFileParser {
    /// Files whose age is watched: a path, with a pattern in its last part or without, or a map with `path`.
    mutating func fileProbe(_ value: PlacedYAML) -> ProbeTarget? {
        var path = value
        if case .mapping = value.value {
            guard let keys = keys(of: value, ProbeKey.ofFileProbe, in: "file") else { return nil }
            guard let written = keys["path"] else {
                note("path is missing: write the path of a file, such as /var/backups/*.dump", at: value.place)
                return nil
            }
            path = written
        }
        guard let text = absolutePath(path, "file") else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last, !last.isEmpty, last != ".", last != ".." else {
            note("file \(text.quotedExcerpt()) names a folder: write the name of a file, or * for all in it", at: path.place)
            return nil
        }
        guard !parts.dropLast().contains(where: { $0.contains { "*?[".contains($0) } }) else {
            note(
                "file \(text.quotedExcerpt()) has a pattern in a folder's name: write one in its last part only, and a probe for each folder",
                at: path.place)
            return nil
        }
        return .file(FileTarget(path: text))
    }

    /// Each of these probes has a process of its own, of which one agent has only so many.
    mutating func refuseTooManyChildren(_ probes: [(declaration: ProbeDeclaration, place: TextPlace)]) {
        let most = ChildLimits.probes.value
        let children = probes.filter { $0.declaration.target.kind.hasProcess }
        guard children.count > most else { return }
        let kinds = ProbeKind.allCases.filter(\.hasProcess).map(\.rawValue)
        note(
            "more than \(most) probes of \(kinds.joined(separator: ", ")), each of which has a process: \(ChildLimits.probes.remedy)",
            at: children[most].place)
    }
}

extension ProbeKey {
    static let ofFileProbe = ["path"]
}

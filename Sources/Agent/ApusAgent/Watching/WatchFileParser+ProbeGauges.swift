import ApusMetrics
import ApusText
import ApusYAML

extension WatchFileParser {
    /// The name of a gauge that the file itself gives: one that Prometheus takes, and that the agent does not serve for something else.
    ///
    /// What services report may be named: while the probe is set, it is served in place of that.
    mutating func gaugeName(_ value: PlacedYAML, _ key: String = "name") -> String? {
        guard let text = text(value, key) else { return nil }
        func isLetter(_ byte: UInt8) -> Bool {
            (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
        }
        guard text.utf8.count <= Self.longestGaugeName, !text.hasPrefix("__"), text.utf8.first.map(isLetter) ?? false,
            text.utf8.allSatisfy({ isLetter($0) || (48...57).contains($0) })
        else {
            note(
                "\(key) \(text.quotedExcerpt()) is no name of a metric: write letters, digits and underscores, no digit and no two underscores first",
                at: value.place)
            return nil
        }
        let reserved = ReservedFamilies(names: Exposition.ownNames.union(taken))
        let declared = ReportedPlan.declared[text].map { $0 != .gauge } ?? false
        guard !declared, ProbedNames.sharedFamilies[text] == nil, !reserved.contains([text]) else {
            note(
                "\(key) \(text.quotedExcerpt()) is a name that the agent serves or declares itself: write another one",
                at: value.place)
            return nil
        }
        return text
    }

    private static let longestGaugeName = 128
}

import ApusMetrics

/// The label `job`, which a target's series are told from those of others by: one that a service gives is served as `exported_job`, as
/// Prometheus does it without `honor_labels`.
enum ExportedLabels {
    private static let name = "job"
    private static let pattern = Array("job=\"".utf8)

    /// Renders labels anew where one is called `job`; those that cannot be parsed stay as they are, for the check that comes next.
    static func rename(_ labels: [UInt8]) -> [UInt8] {
        // A sound writer has renamed it already: the search costs little of what parsing does.
        guard isThere(labels), let parsed = try? LabelBytes.parse(labels), parsed.contains(where: { $0.name == name }) else {
            return labels
        }
        return LabelBytes.render(parsed.map { ($0.name == name ? "exported_\(name)" : $0.name, $0.value) })
    }

    private static func isThere(_ labels: [UInt8]) -> Bool {
        guard labels.count >= pattern.count else { return false }
        return (0...labels.count - pattern.count).contains { start in
            (start == 0 || labels[start - 1] == UInt8(ascii: ",")) && labels[start...].starts(with: pattern)
        }
    }
}

/// What one report may hold, so that whoever reports too much is refused and nobody else pays.
package struct ReceivedLimits: Sendable {
    package var families: Int
    package var series: Int
    /// The maximum number of labels of a series.
    package var labels: Int
    /// The maximum size of all labels of a series, as they are rendered, in bytes.
    package var labelBytes: Int
    /// The maximum size of the value of a label, in bytes.
    package var labelValue: Int
    /// The maximum size of the name of a family, in bytes.
    package var name: Int
    /// The maximum size of a help text, in bytes; what is longer is cut.
    package var help: Int
    /// The maximum size of a unit, in bytes.
    package var unit: Int
    /// The maximum number of buckets of a histogram without `+Inf`'s, and of quantiles of a summary.
    package var buckets: Int
    /// The maximum number of states of a state set.
    package var states: Int

    package init(
        families: Int, series: Int, labels: Int, labelBytes: Int, labelValue: Int, name: Int, help: Int, unit: Int,
        buckets: Int,
        states: Int = MetricFamily.mostStates
    ) {
        self.families = families
        self.series = series
        self.labels = labels
        self.labelBytes = labelBytes
        self.labelValue = labelValue
        self.name = name
        self.help = help
        self.unit = unit
        self.buckets = buckets
        self.states = states
    }
}

extension ReceivedLimits {
    /// A help text within the limit, cut between two characters where it is longer.
    package func help(_ text: String) -> String {
        guard text.utf8.count > help else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: help)
        // A byte 10xxxxxx goes on with a code point that an earlier one began.
        while end > text.utf8.startIndex, text.utf8[end] & 0b1100_0000 == 0b1000_0000 { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    /// Renders labels of a series that is somebody else's: names made legal, those of targets with `exported_` before them, sorted,
    /// and without empty values.
    ///
    /// - Parameter reserved: a name that the family's samples have a meaning for, such as `le`.
    /// - Throws: ``ReceivedLabelsFault`` when they are past a limit, or two come to one name.
    package func render(
        _ labels: [(name: String, value: String)], reserved: String? = nil
    ) throws(ReceivedLabelsFault) -> [UInt8] {
        guard !labels.isEmpty else { return [] }
        var named: [(String, String)] = []
        named.reserveCapacity(labels.count)
        for (name, value) in labels where !value.isEmpty {
            guard named.count < self.labels else { throw .tooMany(self.labels) }
            guard value.utf8.count <= labelValue else { throw .longValue(name, value.utf8.count, most: labelValue) }
            var legal = MetricName.isLegalLabel(name) ? name : MetricName.mendedLabel(name)
            if MetricName.isTargetLabel(legal) || legal == reserved {
                legal = "exported_" + legal
                // As Prometheus does it: once more while the series has such a label.
                while labels.contains(where: { $0.name.hasBytes(of: legal) && !$0.value.isEmpty }) {
                    legal = "exported_" + legal
                }
            }
            guard !legal.isEmpty else { throw .noName }
            named.append((legal, value))
        }
        if zip(named, named.dropFirst()).contains(where: { $0.0 >= $1.0 }) { named.sort { $0.0 < $1.0 } }
        for (one, next) in zip(named, named.dropFirst()) where one.0 == next.0 { throw .sameName(one.0) }
        let rendered = LabelBytes.render(named)
        guard rendered.count <= labelBytes else { throw .tooLong(rendered.count, most: labelBytes) }
        return rendered
    }
}

/// Why labels of a received series are refused.
package enum ReceivedLabelsFault: Error, Equatable, CustomStringConvertible {
    case tooMany(Int)
    case longValue(String, Int, most: Int)
    case tooLong(Int, most: Int)
    case sameName(String)
    case noName

    package var description: String {
        switch self {
        case .tooMany(let most): "a series has \(most) labels at most: leave out what no query asks for"
        case .longValue(let name, let size, let most):
            "the value of \(name) has \(size) bytes, and \(most) are the most: put long texts into logs"
        case .tooLong(let size, let most):
            "the labels have \(size) bytes, and \(most) are the most: put long texts and ids into logs"
        case .sameName(let name): "two labels come to the name \(name): rename one"
        case .noName: "a label has nothing in its name that a name may have: use letters, digits and underscores"
        }
    }
}

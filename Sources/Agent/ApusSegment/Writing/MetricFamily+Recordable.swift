import ApusMetrics

extension MetricFamily {
    /// The family as every reader takes it: what can be mended is, as no declaration may cost a service its other metrics.
    /// `nil` when it cannot be served under its name at all.
    func recordable() -> MetricFamily? {
        guard MetricName.isLegal(name), name.utf8.count <= SegmentLayout.longestName, kind != .stateSet || hasSoundStates else {
            return nil
        }
        let bounds = kind == .histogram ? soundBuckets : []
        guard bounds.count <= SegmentLayout.mostBuckets else { return nil }
        let unit = hasSoundUnit && (declaredUnit ?? "").utf8.count <= SegmentLayout.longestUnit ? declaredUnit : nil
        return MetricFamily(
            name: name, kind: kind, help: soundHelp, buckets: bounds, unit: unit,
            shape: kind == .nativeHistogram ? shape ?? .durations : nil, states: kind == .stateSet ? states : [],
            keepsExemplars: keepsExemplars && kind.canKeepExemplars)
    }

    /// The help text, cut between two characters where it is too long.
    private var soundHelp: String {
        let help = help.withoutNull
        guard help.utf8.count > SegmentLayout.longestHelp else { return help }
        var text = help[...]
        text = text.prefix(SegmentLayout.longestHelp)
        while text.utf8.count > SegmentLayout.longestHelp { text.unicodeScalars.removeLast() }
        return String(text)
    }

    private var soundBuckets: [Double] {
        let bounds = Set(buckets.filter(\.isFinite)).sorted()
        return bounds.isEmpty ? defaultDurationBuckets : bounds
    }

    private var hasSoundStates: Bool {
        (1...Self.mostStates).contains(states.count) && Set(states).count == states.count
            && states.allSatisfy { !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: "\n")) && !$0.utf8.contains(0) }
            && states.reduce(states.count - 1) { $0 + $1.utf8.count } <= SegmentLayout.longestStates
    }
}

extension String {
    /// The text with the sign for an unknown character in place of NUL, at which Prometheus takes a text to end, and with it
    /// the scrape.
    var withoutNull: String {
        guard utf8.contains(0) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}

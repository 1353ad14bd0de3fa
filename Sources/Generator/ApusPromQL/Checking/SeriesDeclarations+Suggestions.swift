import ApusText

extension SeriesDeclarations {
    /// The known name that is most like one that is not known; `nil` when none is like it.
    public func nearest(to name: String) -> String? {
        for variant in variants(of: name) where contains(variant) { return variant }
        let bytes = Array(name.utf8)
        var limit = min(3, bytes.count / 5)
        var best: String?
        guard limit > 0 else { return nil }
        for length in (bytes.count - limit)...(bytes.count + limit) {
            // Who mistypes a name mistypes its first letter last.
            for candidate in namesByLength[length] ?? [] where candidate.utf8.first == bytes.first {
                guard let distance = EditDistance.between(bytes, Array(candidate.utf8), within: limit) else { continue }
                // The first of equals by name, so that the answer is always the same.
                if distance < limit || best.map({ candidate < $0 }) ?? true {
                    best = candidate
                    limit = distance
                }
            }
        }
        return best
    }

    /// What exporters have come to add, drop and change over their versions.
    private func variants(of name: String) -> [String] {
        var variants = [name + "_total"]
        for suffix in ["_total", "_bucket", "_count", "_sum"] where name.hasSuffix(suffix) {
            let base = String(name.dropLast(suffix.utf8.count))
            variants += [base, base + "_total"]
        }
        return variants + ["_seconds", "_bytes", "_ratio", "_seconds_total", "_bytes_total"].map { name + $0 }
    }
}

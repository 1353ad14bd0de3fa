extension Exemplar {
    /// The maximum number of characters (Unicode scalars) that the names and values of an exemplar's labels may have together:
    /// OpenMetrics 1.0 forbids more, and Prometheus keeps no more.
    package static let mostCharacters = 128

    package var isWithinLimit: Bool {
        // Each label has three bytes besides, and an escaped character two bytes: what is short enough with them is so without.
        labels.count <= Self.mostCharacters || characters <= Self.mostCharacters
    }

    /// The time when it is one.
    var finiteTimestamp: Double? {
        guard let timestamp, timestamp.isFinite else { return nil }
        return timestamp
    }

    private var characters: Int {
        var characters = 0
        var inValue = false
        var escaped = false
        for byte in labels {
            if escaped {
                escaped = false
            } else if inValue && byte == UInt8(ascii: "\\") {
                escaped = true
                continue
            } else if byte == UInt8(ascii: "\"") {
                inValue.toggle()
                continue
            } else if !inValue && (byte == UInt8(ascii: "=") || byte == UInt8(ascii: ",")) {
                continue
            }
            // Continuation bytes of UTF-8 begin no scalar.
            if byte & 0xC0 != 0x80 { characters += 1 }
        }
        return characters
    }
}

extension Point {
    /// The beginning of the count when it is known.
    var finiteCreated: Double? {
        guard let created, created.isFinite else { return nil }
        return created
    }

    /// The exemplar of a classic bucket.
    ///
    /// Those of a native histogram are not kept by classic buckets; the first whose value lies in the bucket stands for it.
    func exemplar(ofBucket index: Int, _ bounds: [Double]) -> Exemplar? {
        guard case .nativeHistogram = value else { return index < exemplars.count ? exemplars[index] : nil }
        for case let exemplar? in exemplars {
            let bucket = bounds.firstIndex { exemplar.value <= $0 } ?? bounds.count - 1
            if bucket == index { return exemplar }
        }
        return nil
    }
}

import ApusMetrics

/// Names as the rules of compatibility between OpenTelemetry and Prometheus make them
/// (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
enum OTLPName {
    /// Units of UCUM as words of Prometheus.
    private static let units = [
        "d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds",
        "ns": "nanoseconds", "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes", "TiBy": "tibibytes",
        "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes", "m": "meters", "V": "volts",
        "A": "amperes", "J": "joules", "W": "watts", "g": "grams", "Cel": "celsius", "Hz": "hertz", "1": "", "%": "percent",
    ]
    /// Units of UCUM after `per`.
    private static let rates = [
        "s": "second", "m": "minute", "min": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year",
    ]

    /// The name of a family, and its unit.
    ///
    /// - Parameters:
    ///   - isCounter: whether it only rises, and so ends in `_total`.
    ///   - isGauge: whether it is a value by itself, of which the unit `1` is a ratio.
    /// - Returns: an empty name where no letter and no digit is left.
    static func family(
        _ metric: String, unit: String, isCounter: Bool, isGauge: Bool
    ) -> (name: String, unit: String?) {
        var name = joined(metric, allowColon: true)
        guard !name.isEmpty else { return ("", nil) }
        name = MetricName.sanitized(name)
        if isCounter { name = without("total", name) }
        let word = isGauge && unit == "1" ? "ratio" : Self.unit(unit)
        if !word.isEmpty, name != word, !name.hasSuffix("_" + word) { name += "_" + word }
        if isCounter { name += "_total" }
        // A family that is called as its unit alone has none in OpenMetrics.
        return (name, word.isEmpty ? nil : word)
    }

    /// The words of a unit: `By/s` is `bytes_per_second`; what stands in braces is a remark.
    static func unit(_ unit: String) -> String {
        let parts = unit.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let main = word(parts.first ?? "", of: units)
        guard parts.count == 2 else { return main }
        let rate = word(parts[1], of: rates)
        return rate.isEmpty ? main : main.isEmpty ? "per_" + rate : "\(main)_per_\(rate)"
    }

    private static func word(_ part: Substring, of words: [String: String]) -> String {
        guard !part.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else { return "" }
        let isSpace: (UInt8) -> Bool = { [UInt8(ascii: " "), UInt8(ascii: "\t")].contains($0) }
        var bytes = part.utf8.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        let trimmed = String(Substring(bytes))
        // A long one is no unit, and not worth being looked up.
        guard trimmed.utf8.count <= 64 else { return joined(trimmed, allowColon: false) }
        return words[trimmed] ?? joined(trimmed, allowColon: false)
    }

    private static func without(_ word: String, _ name: String) -> String {
        name.hasSuffix("_" + word) ? String(name.dropLast(word.count + 1)) : name
    }

    /// Letters and digits of a text, `_` for whatever stands between them.
    private static func joined(_ text: String, allowColon: Bool) -> String {
        var bytes: [UInt8] = []
        for part in text.utf8.split(whereSeparator: { !isLegal($0, allowColon) }) {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
            bytes.append(contentsOf: part)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isLegal(_ byte: UInt8, _ allowColon: Bool) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || allowColon && byte == UInt8(ascii: ":")
    }

    /// Attributes as labels: `_` for each run of what no name may have, and the values of keys that come to one name with `;` between
    /// them, in the order of the keys.
    static func labels(_ attributes: [OTLPAttribute]) -> [(name: String, value: String)] {
        var labels: [(name: String, value: String)] = []
        for attribute in attributes.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let name = label(attribute.key)
            if let place = labels.firstIndex(where: { $0.name == name }) {
                // As the collector has it: the same twice says nothing more.
                if labels[place].value != attribute.value { labels[place].value += ";" + attribute.value }
            } else {
                labels.append((name, attribute.value))
            }
        }
        return labels
    }

    /// Labels of a point: those that tell scopes apart are not its own.
    static func pointLabels(_ attributes: [OTLPAttribute]) -> [(name: String, value: String)] {
        labels(attributes).map { label in
            scopeLabels.contains(label.name) ? ("exported_" + label.name, label.value) : label
        }
    }

    /// The labels of the name and the version of a scope.
    static let scopeLabels = ["otel_scope_name", "otel_scope_version"]

    /// Labels of an info, rendered: those that are past a limit are left out.
    static func info(_ labels: [(name: String, value: String)], _ limits: ReceivedLimits) -> [UInt8] {
        var kept: [(name: String, value: String)] = []
        var size = 0
        for label in labels where label.value.utf8.count <= limits.labelValue && kept.count < limits.labels {
            // Each byte of a value may need another one before it.
            size += label.name.utf8.count + 2 * label.value.utf8.count + "exported_=\"\",".utf8.count
            if size > limits.labelBytes { break }
            kept.append(label)
        }
        return (try? limits.render(kept)) ?? []
    }

    private static func label(_ key: String) -> String {
        var bytes: [UInt8] = []
        for byte in key.utf8 {
            let legal = isLegal(byte, false) ? byte : UInt8(ascii: "_")
            if legal != UInt8(ascii: "_") || bytes.last != legal { bytes.append(legal) }
        }
        return MetricName.sanitized(String(decoding: bytes, as: UTF8.self), allowColon: false)
    }
}

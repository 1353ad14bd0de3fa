/// The rules for names of families and labels, from the Prometheus data model.
public enum MetricName {
    /// Whether a family may be called so: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    public static func isLegal(_ name: some StringProtocol) -> Bool {
        isLegal(name.utf8) { $0 == UInt8(ascii: ":") }
    }

    /// Whether a label may be called so: `[a-zA-Z_][a-zA-Z0-9_]*`, and not `__…`, which Prometheus keeps for itself.
    public static func isLegalLabel(_ name: some StringProtocol) -> Bool {
        isLegal(name.utf8) { _ in false } && !name.utf8.starts(with: "__".utf8)
    }

    /// Whether a label says which target a series is of, so that no target may give it itself: a scrape with `honor_labels` believes it.
    public static func isTargetLabel(_ name: some StringProtocol) -> Bool { ["service", "instance", "job"].contains(name) }

    /// Whether Prometheus itself makes series of this name: of its scrapes, and of alerts.
    public static func isOfPrometheus(_ family: some StringProtocol) -> Bool {
        ["up", "ALERTS", "ALERTS_FOR_STATE"].contains(family) || family.hasPrefix("scrape_")
    }

    /// A legal name from any text: each illegal byte becomes `_`, and a leading digit gets one before it.
    ///
    /// Labels of swift-metrics such as `http.server.requests` are written with dots; Prometheus has underscores.
    public static func sanitized(_ text: String, allowColon: Bool = true) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let legal =
                isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || (allowColon && byte == UInt8(ascii: ":"))
            if bytes.isEmpty && isDigit(byte) { bytes.append(UInt8(ascii: "_")) }
            bytes.append(legal ? byte : UInt8(ascii: "_"))
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }

    private static func isLegal(_ bytes: some Collection<UInt8>, also: (UInt8) -> Bool) -> Bool {
        guard let first = bytes.first, isLetter(first) || first == UInt8(ascii: "_") || also(first) else { return false }
        return bytes.dropFirst().allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || also($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension MetricName {
    /// A legal name of a label from any text; empty when nothing is left. Names that begin with two underscores belong to Prometheus.
    package static func mendedLabel(_ name: String) -> String {
        let legal = sanitized(name, allowColon: false)
        guard legal.hasPrefix("__") else { return legal }
        let rest = legal.drop { $0 == "_" }
        return rest.isEmpty ? "" : sanitized(String(rest), allowColon: false)
    }
}

/// Chooses what a scrape is answered with from what the client says it takes (RFC 9110, sections 12.5.1 and 12.5.3).
///
/// A scrape is never refused: whoever excludes everything, or asks for what is not served, gets text 0.0.4 without coding.
public enum Negotiation {
    /// The format for an `Accept` field; several fields are joined by commas, none is nil.
    ///
    /// Of the ranges that match a format the most specific says its weight. The heaviest format wins, then the one that was
    /// named more specifically, then the one named first, then text, so that `*/*` gets what people can read everywhere.
    /// `escaping=` is no part of the match; that of the range which won is echoed. OpenMetrics 2.0 and protobuf are for those who
    /// name them, with the version or the message: no wildcard and no bare type means them.
    ///
    /// - Parameter offered: the formats that the caller can produce; text always.
    public static func format(
        accept: String?, offering offered: [ExpositionFormat] = ExpositionFormat.allCases
    ) -> NegotiatedFormat {
        var best: (format: ExpositionFormat, match: Match)?
        let ranges = WeightedElement.list(accept ?? "")
        for format in ExpositionFormat.allCases where format == .text004 || offered.contains(format) {
            guard let match = strongest(in: ranges, for: format), match.weight > 0 else { continue }
            if best.map({ match.isPreferred(to: $0.match) }) ?? true { best = (format, match) }
        }
        guard let best else { return NegotiatedFormat(format: .text004, escaping: nil) }
        return NegotiatedFormat(format: best.format, escaping: best.match.escaping?.served)
    }

    /// The coding for an `Accept-Encoding` field, among those that the caller can produce; several fields are joined by commas,
    /// none is nil.
    ///
    /// Among equal weights zstd comes before gzip and gzip before identity. An identity that is not named is the last choice.
    public static func encoding(
        acceptEncoding: String?, offering offered: [ContentCoding] = ContentCoding.allCases
    ) -> ContentCoding {
        var weights: [String: Double] = [:]
        for element in WeightedElement.list(acceptEncoding ?? "") {
            // RFC 9110, section 8.4.1.3: x-gzip is gzip.
            let name = element.value == "x-gzip" ? "gzip" : element.value
            weights[name] = max(weights[name] ?? 0, element.weight)
        }
        var best: (coding: ContentCoding, weight: Double) = (.identity, weights["identity"] ?? weights["*"] ?? 0)
        // Backwards, so that of equal weights the first case stays.
        for coding in [ContentCoding.gzip, .zstd] where offered.contains(coding) {
            // A wildcard is taken as leave for gzip alone, which every client reads that sends one.
            guard let weight = weights[coding.rawValue] ?? (coding == .gzip ? weights["*"] : nil), weight > 0 else { continue }
            if weight >= best.weight { best = (coding, weight) }
        }
        return best.coding
    }

    private struct Match {
        let weight: Double
        /// 0 for `*/*`, 1 for `type/*`, 2 for a whole type, and then by the number of parameters.
        let specificity: (range: Int, parameters: Int)
        let position: Int
        let escaping: EscapingScheme?

        func isPreferred(to other: Match) -> Bool {
            if weight != other.weight { return weight > other.weight }
            return specificity == other.specificity ? position < other.position : specificity > other.specificity
        }
    }

    /// The most specific range that matches, of equally specific ones the heaviest.
    private static func strongest(in ranges: [WeightedElement], for format: ExpositionFormat) -> Match? {
        var strongest: Match?
        for (position, range) in ranges.enumerated() {
            guard let match = match(range, at: position, format) else { continue }
            if let known = strongest,
                known.specificity > match.specificity
                    || (known.specificity == match.specificity && known.weight >= match.weight)
            {
                continue
            }
            strongest = match
        }
        return strongest
    }

    private static func match(_ range: WeightedElement, at position: Int, _ format: ExpositionFormat) -> Match? {
        let level: Int
        switch range.value {
        case "*/*": level = 0
        case "\(format.mediaType)/*": level = 1
        case "\(format.mediaType)/\(format.mediaSubtype)": level = 2
        default: return nil
        }
        // Prometheus 3.0 writes `escaping` twice in one range.
        let escapings = range.parameters.filter { $0.name == "escaping" }
        let parameters = range.parameters.filter { $0.name != "escaping" }
        let matches = parameters.allSatisfy { parameter in
            format.parameters.contains {
                $0.name == parameter.name && $0.value.lowercased() == parameter.value.lowercased()
            }
        }
        let required = format.requiredParameters
        let isNamed =
            required.isEmpty || (level == 2 && required.allSatisfy { name in parameters.contains { $0.name == name } })
        guard matches, isNamed else { return nil }
        return Match(
            weight: range.weight, specificity: (level, parameters.count), position: position,
            escaping: escapings.lazy.compactMap { EscapingScheme(rawValue: $0.value.lowercased()) }.first)
    }
}

/// What a scrape is answered with.
public struct NegotiatedFormat: Hashable, Sendable {
    public let format: ExpositionFormat
    /// The scheme to name in the answer, when the client asked for one.
    public let escaping: EscapingScheme?

    /// The `Content-Type` of the answer.
    public var contentType: String {
        guard let escaping else { return format.contentType }
        return "\(format.contentType); escaping=\(escaping.rawValue)"
    }
}

/// How names outside `[a-zA-Z_:][a-zA-Z0-9_:]*` are to be written for a client that knows UTF-8 names; `escaping=` of a media type.
public enum EscapingScheme: String, Sendable, CaseIterable {
    case allowUTF8 = "allow-utf-8"
    case underscores
    case values
    case dots

    /// What an exposition that has no name outside that form may call its own: bytes are equal under all but `dots`, which
    /// doubles each underscore and is answered by `underscores`.
    var served: EscapingScheme { self == .dots ? .underscores : self }
}

/// A content coding of an answer, by its name in `Content-Encoding`.
public enum ContentCoding: String, Sendable, CaseIterable {
    case zstd
    case gzip
    /// No coding: `Content-Encoding` is left out.
    case identity
}

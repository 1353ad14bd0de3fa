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

/// A content coding of an answer, by its name in `Content-Encoding`.
public enum ContentCoding: String, Sendable, CaseIterable {
    case zstd
    case gzip
    /// No coding: `Content-Encoding` is left out.
    case identity
}

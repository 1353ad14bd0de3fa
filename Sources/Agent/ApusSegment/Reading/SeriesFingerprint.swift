/// Stands for a family and a canonical label set where duplicates are looked for: 128 bits under keys that are drawn for each
/// process, so that nobody can make two label sets meet, and 10⁹ sets meet by chance once in 10²⁰ processes.
struct SeriesFingerprint: Hashable {
    private let low: UInt64
    private let high: UInt64

    private static let keys: (UInt64, UInt64) = (.random(in: 0 ... .max), .random(in: 0 ... .max))

    init(family: Int, labels: [UInt8]) {
        low = Self.hash(Self.keys.0, family, labels)
        high = Self.hash(Self.keys.1, family, labels)
    }

    private static func hash(_ key: UInt64, _ family: Int, _ labels: [UInt8]) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(key)
        hasher.combine(family)
        labels.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// The bits are spread already.
    func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

/// The bounds of a histogram's classic buckets, `+Inf` included, with the text of each as the value of `le`, so that they are
/// rendered once for a family.
struct BucketBounds: Sendable {
    /// `+Inf` last.
    private(set) var values: [Double] = []
    private(set) var text: [UInt8] = []
    private(set) var ends: [Int] = []
    private(set) var hasNegative = false
    private var buckets: [Double]?
    private var shape: NativeShape?

    /// The bounds that a histogram declares.
    mutating func use(_ buckets: [Double]) {
        guard buckets != self.buckets else { return }
        self = BucketBounds(buckets + [.infinity])
        self.buckets = buckets
    }

    /// The bounds by which a native histogram is told in classic buckets.
    mutating func use(_ shape: NativeShape) {
        guard shape != self.shape else { return }
        self = BucketBounds(
            shape.classicExponents.map { Double(sign: .plus, exponent: $0, significand: 1) } + [.infinity])
        self.shape = shape
    }

    init() {}

    private init(_ values: [Double]) {
        self.values = values
        hasNegative = values.contains { $0 < 0 }
        for value in values {
            text.append(contentsOf: NumberText.bound(value).utf8)
            ends.append(text.count)
        }
    }

    func text(_ index: Int) -> ArraySlice<UInt8> {
        text[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }
}

/// What both wire forms of native histograms have of one besides its count and its sum.
struct NativeFields {
    let schema: Int
    let zeroThreshold: Double
    let zeroCount: UInt64
    let negative: SparseBuckets
    let positive: SparseBuckets

    init(_ value: NativeHistogramValue) {
        schema = value.shape.schema
        zeroThreshold = value.shape.zeroThreshold
        zeroCount = value.zeroCount
        negative = value.negative
        positive = value.positive
    }

    init(_ value: ExponentialValue) {
        schema = value.schema
        zeroThreshold = value.zeroThreshold
        zeroCount = value.zeroCount
        negative = value.negative.sparse
        positive = value.positive.sparse
    }
}

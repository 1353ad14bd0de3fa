/// A distribution, counted in exponential buckets: a relative error that is the same everywhere, and no bounds to choose.
///
/// Formats that know no native histograms get classic buckets at powers of two (``NativeShape/classicExponents``).
public struct NativeHistogram<Labels: LabelSet>: MetricDeclaration {
    public let family: MetricFamily

    /// - Parameters:
    ///   - name: with its base unit.
    ///   - help: one sentence for people.
    ///   - shape: which buckets there are; each series has 8 bytes a bucket and a processor of memory that is touched.
    ///   - unit: what the name ends in; only needed for a unit that is not a usual one.
    public init(_ name: String, _ help: String, shape: NativeShape = .durations, unit: String? = nil) {
        family = MetricFamily(
            name: name, kind: .nativeHistogram, help: help, labelNames: Labels.labelNames, unit: unit, shape: shape)
    }
}

import ApusLimits
package import ApusMetrics
import ApusSegment

extension ReceivedLimits {
    /// What one instance may report in text or by OTLP: no more than one may whose segment is read.
    ///
    /// - Parameter series: as many as `--series-limit` says.
    package static func ofInstance(series: Int = SeriesLimits.series.value) -> Self {
        Self(
            families: SegmentLayout.mostFamilies, series: series, labels: SegmentLayout.mostLabels,
            labelBytes: SegmentLayout.longestLabels, labelValue: SegmentLayout.longestLabelValue,
            name: SegmentLayout.longestName,
            help: SegmentLayout.longestHelp, unit: SegmentLayout.longestUnit, buckets: SegmentLayout.mostBuckets)
    }
}

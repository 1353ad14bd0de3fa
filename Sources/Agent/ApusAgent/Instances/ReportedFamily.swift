import ApusMetrics

/// The series that one instance had of a family when an exposition was planned.
struct ReportedFamily: Sendable {
    let family: MetricFamily
    let seriesCount: Int
    let segment: ReportedSegment
    /// Which of the segment's families.
    let place: Int

    /// Writes series from `first` on, some thousands of lines at most.
    ///
    /// - Parameter values: memory that is used over and over.
    /// - Returns: the first series that was not written.
    func write(from first: Int, values: inout [UInt64], to encoder: inout ExpositionEncoder) -> Int {
        segment.write(place, first..<seriesCount, values: &values, to: &encoder)
    }
}

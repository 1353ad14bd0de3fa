/// All that a service has reported at one time.
///
/// ```swift
/// let report = try ReceivedReport(text: body, as: .text, limits: limits)
/// for family in report.families { print(family.name, family.series.count) }
/// ```
package struct ReceivedReport: Sendable, Equatable {
    /// Families of different names, in the order in which they came.
    package var families: [ReceivedFamily]
    /// What of its text is left out.
    package var leftOut = LeftOut()

    package init(families: [ReceivedFamily] = []) { self.families = families }

    package var seriesCount: Int { families.reduce(0) { $0 + $1.series.count } }

    /// Lines that the series are in the text formats, without start times.
    package var sampleCount: Int { families.reduce(0) { $0 + $1.sampleCount } }

    /// About the bytes of memory that the report takes.
    package var byteCount: Int { families.reduce(0) { $0 + $1.byteCount } }

    /// Reads a text as Prometheus would. A series that contradicts itself, or is past a limit of one series, is left out of the
    /// families and told in ``leftOut``.
    ///
    /// Timestamps of samples are read and dropped: what is served is what the service said last. Names that are not legal have `_` for
    /// each byte that is not, labels that say which target a series is of are called `exported_…`.
    ///
    /// - Throws: the first place at which the text is none of the format, or past a limit of all of it.
    package init(
        text: [UInt8], as format: ReceivedTextFormat, limits: ReceivedLimits
    ) throws(ReceivedError) {
        do {
            _ = try UTF8Span(validating: text.span)
        } catch {
            let before = text[..<error.byteOffsets.lowerBound]
            throw ReceivedError(
                line: before.count { $0 == UInt8(ascii: "\n") } + 1, "a byte here is not UTF-8: write the text so")
        }
        var reader = ReceivedTextReader(text, as: format, limits: limits)
        self = try reader.report()
    }
}

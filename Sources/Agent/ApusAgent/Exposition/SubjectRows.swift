import ApusMetrics

/// The rows of one kind of subject that one family has.
struct SubjectRows: Sendable {
    /// The places of the rows, in order.
    let rows: [Int]
    /// What the lines of a subject have in common with those of others, a part a row; `nil` without a row.
    let template: LineTemplate?

    /// - Parameter entries: what the family has of all that the sources of this kind of subject serve, each with its place among them.
    init(_ entries: [(offset: Int, element: SourceCatalog.Entry)], of family: MetricFamily) {
        rows = entries.map(\.offset)
        template = entries.isEmpty ? nil : LineTemplate(family.name, rows: entries.map(\.element.labels))
    }
}

/// What one subject has to serve in each row at a moment.
struct SubjectValues: Sendable {
    /// Its own labels.
    let subject: [UInt8]
    /// The labels of each row that are not the subject's, rendered.
    let own: [[UInt8]]
    var values: RowValues

    /// Whether it has series in one of these rows.
    func serves(_ rows: [Int]) -> Bool { rows.contains { values.isServed($0) } }

    /// The labels of a row, the subject's included.
    func labels(_ row: Int) -> [UInt8] { Row<Never>.joined(subject, rendered: own[row]) }
}

/// What all subjects of one kind have to serve at a moment.
struct AllSubjectValues {
    let subjects: [SubjectValues]
    /// The labels of all subjects, one after the other.
    let labels: [UInt8]
    /// Where those of each subject end.
    let ends: [UInt32]

    init(_ subjects: [SubjectValues]) {
        self.subjects = subjects
        var labels: [UInt8] = []
        ends = subjects.map { subject in
            labels.append(contentsOf: subject.subject)
            return UInt32(labels.count)
        }
        self.labels = labels
    }
}

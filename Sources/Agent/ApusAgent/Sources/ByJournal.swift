import ApusMetrics

/// What was read of each journal that is followed.
struct ByJournal<One: Sendable>: Sendable {
    /// The namespace is the one that series are told apart by; `nil` where they need not be.
    let all: [(namespace: String?, reading: One)]

    /// Reads every one of them.
    init(_ journals: [FollowedJournal], _ read: (FollowedJournal) -> One) {
        all = journals.map { ($0.namespace, read($0)) }
    }
}

extension Row {
    /// The series of each journal: those of a namespace have its name as a label before their own.
    static func ofEach<One>(_ row: Row<One>) -> Row where Reading == ByJournal<One> {
        Row(family: row.family, labels: row.labels) { readings, subject, start in
            if readings.all.count == 1, let (namespace, one) = readings.all.first, namespace == nil {
                return row.value(one, subject, start)
            }
            return .points { readings.all.flatMap { points(of: row, $0.reading, subject, start, namespace: $0.namespace) } }
        }
    }

    private static func points<One>(
        of row: Row<One>, _ reading: One, _ subject: [UInt8], _ start: Double?, namespace: String?
    ) -> [Point] {
        let base = namespace.map { joined(subject, [("namespace", $0)]) } ?? subject
        switch row.value(reading, base, start) {
        case .absent: return []
        case .number(let value, let start): return [point(row, base, .double(value), start)]
        case .whole(let value, let start): return [point(row, base, .integer(value), start)]
        case .points(let make), .counted(_, let make): return make()
        }
    }

    private static func point<One>(_ row: Row<One>, _ base: [UInt8], _ value: PointValue, _ start: Double?) -> Point {
        Point(labels: joined(base, row.labels), value: value, created: start)
    }
}

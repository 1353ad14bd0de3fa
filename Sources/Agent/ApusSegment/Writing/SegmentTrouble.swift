package import ApusMetrics

/// Why series of a family are dropped; this is said once for each family and reason.
package enum SegmentTrouble: Error, Hashable, Sendable, CustomStringConvertible {
    /// The family has as many series as one may have.
    case familyLimit(family: String, limit: Int)
    /// The service has as many series as it may have, or the segment's memory is used up.
    case serviceLimit(family: String, limit: Int)
    /// The name is taken by a family of another kind.
    case clash(family: String, registered: MetricKind, asked: MetricKind)
    /// The family cannot be served.
    case unusable(family: String)
    /// The labels of a series are too long or too many; the fault says which, and what is taken.
    case labels(family: String, fault: String)

    package var family: String {
        switch self {
        case .familyLimit(let family, _), .serviceLimit(let family, _), .clash(let family, _, _), .unusable(let family),
            .labels(let family, _):
            family
        }
    }

    /// The trouble without what differs from one series to the next.
    var ofFamily: Self {
        if case .labels(let family, _) = self { .labels(family: family, fault: "") } else { self }
    }

    package var description: String {
        switch self {
        case .familyLimit(let family, let limit):
            "the family \(family) has reached its limit of \(limit) series: further label values are dropped"
        case .serviceLimit(let family, let limit):
            "this process has reached its limit of \(limit) series: new ones of \(family) are dropped"
        case .clash(let family, let registered, let asked):
            "\(family) is recorded as a \(registered.typeName) and as a \(asked.typeName): the first one stays, the other is dropped"
        case .unusable(let family):
            "\(family) cannot be served: its name, number of buckets or states is not legal"
        case .labels(let family, let fault):
            "a series of \(family) is dropped: \(fault); put ids and long texts into logs and exemplars"
        }
    }
}

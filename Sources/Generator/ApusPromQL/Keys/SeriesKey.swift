public import ApusMetrics

/// The labels of a declaration's series: those of its target and, as `.label(…)`, those it declares itself.
public enum SeriesKey<Own: LabelKey>: LabelKey {
    case target(TargetKey)
    case label(Own)

    public static var job: Self { .target(.job) }
    public static var service: Self { .target(.service) }
    public static var instance: Self { .target(.instance) }

    public init?(rawValue: String) {
        if let key = TargetKey(rawValue: rawValue) {
            self = .target(key)
        } else if let key = Own(rawValue: rawValue) {
            self = .label(key)
        } else {
            return nil
        }
    }

    public var rawValue: String {
        switch self {
        case .target(let key): key.rawValue
        case .label(let key): key.rawValue
        }
    }

    public static var allCases: [Self] { TargetKey.allCases.map(Self.target) + Own.allCases.map(Self.label) }
}

/// The labels that a series has from its target, whatever its declaration says.
public enum TargetKey: String, LabelKey {
    /// The scrape job, added by Prometheus.
    case job
    /// The service that the series is about.
    case service
    /// The process that the series is about.
    case instance
}

/// The labels of series that took over some of their partners' labels.
public enum JoinedKey<Own: LabelKey, Partner: LabelKey>: LabelKey {
    case own(Own)
    case partner(Partner)

    public init?(rawValue: String) {
        if let key = Own(rawValue: rawValue) {
            self = .own(key)
        } else if let key = Partner(rawValue: rawValue) {
            self = .partner(key)
        } else {
            return nil
        }
    }

    public var rawValue: String {
        switch self {
        case .own(let key): key.rawValue
        case .partner(let key): key.rawValue
        }
    }

    public static var allCases: [Self] { Own.allCases.map(Self.own) + Partner.allCases.map(Self.partner) }
}

extension Sequence where Element: LabelKey {
    /// The names of the labels, in order.
    var names: [String] {
        // Not by a key path, which generic code builds anew at each call.
        map { $0.rawValue }
    }
}

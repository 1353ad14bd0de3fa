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

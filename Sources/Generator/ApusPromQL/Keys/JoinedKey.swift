public import ApusMetrics

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

/// Operators between two expressions; the raw values are PromQL's.
public enum PromQLOperator: String, CaseIterable, Sendable {
    case or
    case and
    case unless
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case modulo = "%"
    case atan2
    case power = "^"

    /// How tightly it binds (https://prometheus.io/docs/prometheus/latest/querying/operators/#binary-operator-precedence).
    var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 3
        case .plus, .minus: 4
        case .times, .divide, .modulo, .atan2: 5
        case .power: 6
        }
    }

    /// A minus in front binds as tightly as a product.
    static let negationPrecedence = PromQLOperator.times.precedence

    var associatesToTheRight: Bool { self == .power }

    /// Whether it works on sets of series and leaves values alone.
    public var isSetOperator: Bool { precedence <= 2 }

    public var isComparison: Bool { precedence == 3 }
}

/// How the series of two sides find each other, and what a comparison gives.
public struct PromQLMatching: Hashable, Sendable {
    public enum Labels: Hashable, Sendable {
        /// Partners agree in these labels alone.
        case on([String])
        /// Partners agree in all labels but these.
        case ignoring([String])

        public var names: [String] {
            switch self {
            case .on(let names), .ignoring(let names): names
            }
        }
    }

    public enum Many: String, Sendable {
        case left = "group_left"
        case right = "group_right"
    }

    /// `nil`: by all labels.
    public var labels: Labels?
    /// The side that has many series for one of the other; `nil`: neither.
    public var many: Many?
    /// Labels of the one side that the result takes over.
    public var included: [String]
    /// `bool`: 0 or 1 instead of leaving series out.
    public var returnsBool: Bool

    public init(labels: Labels? = nil, many: Many? = nil, included: [String] = [], returnsBool: Bool = false) {
        self.labels = labels
        self.many = many
        self.included = included
        self.returnsBool = returnsBool
    }
}

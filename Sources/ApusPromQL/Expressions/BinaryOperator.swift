/// Operators between two expressions; the raw values are PromQL's. All of them associate to the left.
public enum BinaryOperator: String, CaseIterable, Sendable {
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

    /// How tightly it binds (https://prometheus.io/docs/prometheus/latest/querying/operators/#binary-operator-precedence).
    var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 3
        case .plus, .minus: 4
        case .times, .divide: 5
        }
    }

    /// Whether it works on sets of series and leaves values alone.
    var isSetOperator: Bool { precedence <= 2 }
}

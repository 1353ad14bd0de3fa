/// A moment that a query names (`@`).
public enum QueryTime: Hashable, Sendable {
    /// Seconds since 1970.
    case seconds(Double)
    /// The first moment of a range query.
    case start
    /// The last moment of a range query.
    case end

    var modifier: PromQLModifiers.Time {
        switch self {
        case .seconds(let seconds): .at(seconds)
        case .start: .start
        case .end: .end
        }
    }
}

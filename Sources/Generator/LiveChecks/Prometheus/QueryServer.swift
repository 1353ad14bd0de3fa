public import ApusPromQL

/// A server that answers instant queries: Prometheus, or one that speaks its API.
public protocol QueryServer: Sendable {
    /// How many series an expression has now.
    ///
    /// - Throws: ``QueryServerError`` when the server cannot be asked or refuses the expression.
    func seriesCount(of expression: PromQLExpression) async throws(QueryServerError) -> Int

    /// The values of a label among the series of a selector, sorted; `__name__` gives names of metrics.
    func values(of label: String, in selector: PromQLSelector?) async throws(QueryServerError) -> [String]
}

/// Why a server gave no answer.
public enum QueryServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing answers, or not in time.
    case unreachable(url: String, reason: String)
    /// The server does not take the expression.
    case refused(String)
    /// An answer that is none of Prometheus' API.
    case noPrometheus(url: String, status: Int)

    public var description: String {
        switch self {
        case .unreachable(let url, let reason): "\(url) cannot be asked: \(reason)"
        case .refused(let reason): "the server refuses it: \(reason)"
        case .noPrometheus(let url, let status):
            "\(url) answers with status \(status) and not as Prometheus does: give the URL that its web page has"
        }
    }
}

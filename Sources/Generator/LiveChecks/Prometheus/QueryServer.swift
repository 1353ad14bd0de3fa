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
    /// Nobody has said who asks, or not in a way that counts. The reason is what the server says, behind a colon, or empty.
    case unauthorized(url: String, reason: String, given: GivenCredentials = .none)
    /// Who asks may not.
    case forbidden(url: String, reason: String, given: GivenCredentials = .none)
    /// An answer that is none of Prometheus' API. The reason is what the server says, behind a colon, or empty.
    case noPrometheus(url: String, status: Int, reason: String = "")

    public var description: String {
        switch self {
        case .unreachable(let url, let reason): "\(url) cannot be asked: \(reason)"
        case .refused(let reason): "the server refuses it: \(reason)"
        case .unauthorized(let url, let reason, let given): "\(url) \(given.refusal(status: 401, words: reason))"
        case .forbidden(let url, let reason, let given): "\(url) \(given.refusal(status: 403, words: reason))"
        case .noPrometheus(let url, let status, let reason):
            "\(url) answers with status \(status) and not as Prometheus does\(reason): give the URL that its web page has"
        }
    }
}

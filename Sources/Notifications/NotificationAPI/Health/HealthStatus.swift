/// Whether this instance should get requests.
package enum HealthStatus: Hashable, Sendable {
    case pass
    /// The reason is for people, and names nothing of the inside.
    case fail(reason: String)

    var word: String { self == .pass ? "pass" : "fail" }

    var output: String? { if case .fail(let reason) = self { reason } else { nil } }
}

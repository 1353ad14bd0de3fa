/// The answer of a health endpoint, as `application/health+json` (draft-inadarei-api-health-check-06). It names no host.
struct HealthAnswer: Encodable {
    /// The word `pass`, `warn` or `fail`.
    let status: String
    let output: String?
    let checks: [String: [Check]]?

    struct Check: Encodable {
        let componentType: String
        let status: String
        let output: String?
    }

    /// The answer of a process that is alive, whatever else.
    static let alive = Self(status: "pass", output: nil, checks: nil)

    init(_ status: HealthStatus) {
        self.init(status: status.word, output: status.output, checks: nil)
    }

    /// - Parameters:
    ///   - store: what the store's check said last.
    ///   - deliveries: whether anybody delivers.
    init(_ status: HealthStatus, store: HealthStatus, deliveries: HealthStatus) {
        self.init(
            status: status.word, output: status.output,
            checks: [
                "store:ready": [Check(componentType: "datastore", status: store.word, output: store.output)],
                "deliveries:progress": [
                    Check(componentType: "component", status: deliveries.word, output: deliveries.output)
                ],
            ])
    }

    private init(status: String, output: String?, checks: [String: [Check]]?) {
        self.status = status
        self.output = output
        self.checks = checks
    }
}

package import AgentMetrics
package import ApusText

/// A page of metrics that a service serves itself, and that the agent fetches when it is scraped.
package struct ScrapeTarget: Sendable, Hashable {
    package let identity: InstanceIdentity
    package let address: ScrapeAddress
    /// The time from the beginning of a fetch until the page is read.
    package let timeout: Duration
    /// Where it is written.
    package let place: TextPlace

    /// Whether both are fetched alike, wherever they are written.
    func isSame(as other: ScrapeTarget) -> Bool {
        identity == other.identity && address == other.address && timeout == other.timeout
    }
}

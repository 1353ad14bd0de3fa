/// How the parts of a fleet reach one another.
///
/// Files for both say the same of every port, and differ in the hosts alone.
public enum FleetNetwork: String, CaseIterable, Hashable, Sendable {
    /// By the addresses of the hosts that they were declared at.
    case host
    /// By the names of their containers, each of which has the process' name.
    case containers

    /// The host's or the container's name.
    public func host(of endpoint: FleetEndpoint) -> String {
        switch self {
        case .host: endpoint.host
        case .containers: endpoint.process
        }
    }

    /// `host:port`.
    public func address(of endpoint: FleetEndpoint) -> String { "\(host(of: endpoint)):\(endpoint.port)" }
}

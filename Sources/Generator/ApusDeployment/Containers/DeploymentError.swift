public import ApusTopology

/// Why a fleet cannot be deployed as it is declared: where, what and the remedy.
public enum DeploymentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A load balancer before what is no API of the fleet.
    case nothingToBalance(balancer: String, service: String, place: SourcePlace)

    public var description: String {
        switch self {
        case .nothingToBalance(let balancer, let service, let place):
            "\(place): \(balancer) leads to \(service), which is no API of the fleet: name a service of the role api"
        }
    }
}

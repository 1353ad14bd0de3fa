public import ApusTopology

/// Why a fleet cannot be deployed as it is declared: where, what and the remedy.
public enum DeploymentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A load balancer before what is no API of the fleet.
    case nothingToBalance(balancer: String, service: String, place: SourcePlace)
    /// A command is longer than an agent takes to find its process by.
    case commandTooLong(String, service: String, longest: Int, place: SourcePlace)

    public var description: String {
        switch self {
        case .nothingToBalance(let balancer, let service, let place):
            "\(place): \(balancer) leads to \(service), which is no API of the fleet: name a service of the role api"
        case .commandTooLong(let instance, let service, let longest, let place):
            "\(place): the command of \(instance) of \(service) is longer than the \(longest) bytes by which an agent finds a process:"
                + " put what is long into the environment"
        }
    }
}

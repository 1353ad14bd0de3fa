import ApusTopology

/// The addresses of containers that serve pages of metrics: an agent looks up no name, so that those of Docker Compose must not change.
struct PageAddresses {
    /// By the names of the instances.
    private let addresses: [String: String]

    init(_ fleet: Fleet) {
        // What others start is on the host, whose loopback no container reaches.
        let instances = fleet.startedServices.filter { $0.page != nil }.flatMap(\.instances)
        let network = fleet.containers.network
        addresses = Dictionary(
            instances.enumerated().map { ($1.name, "\(network).\(128 + $0 / 254).\(1 + $0 % 254)") }
        ) { first, _ in first }
    }

    subscript(instance: Instance) -> String? { addresses[instance.name] }

    var isEmpty: Bool { addresses.isEmpty }

    /// The subnet of the fleet's network, and the half of it from which containers without a fixed address get theirs.
    static func subnets(of fleet: Fleet) -> (all: String, others: String) {
        ("\(fleet.containers.network).0.0/16", "\(fleet.containers.network).0.0/17")
    }
}

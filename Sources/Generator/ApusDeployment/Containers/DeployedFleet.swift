package import ApusTopology

extension Fleet {
    /// The fleet that servers run: its production where it varies for that, itself otherwise.
    ///
    /// - Throws: `InvalidFleet` when its production contradicts itself.
    package func deployed() throws(InvalidFleet) -> Fleet {
        let deployed = deployed(in: nil)
        return deployed.environment == environment ? self : try deployed.validated()
    }

    /// The service of a name.
    func service(named name: String) -> FleetService? { services.first { $0.name == name } }
}

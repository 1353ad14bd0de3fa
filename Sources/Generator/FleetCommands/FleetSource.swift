public import ApusDashboards
public import ApusTopology
public import ArgumentParser

/// Where the fleet of a command comes from: options of the command line, and the fleet that they describe.
public protocol FleetSource: ParsableArguments {
    /// The fleet, without contradictions.
    ///
    /// - Throws: `InvalidFleet`, which lists all its faults.
    func fleet() throws -> Fleet

    /// Dashboards of the fleet's own, beside those that every fleet has.
    var dashboards: [Dashboard] { get }
}

extension FleetSource {
    public var dashboards: [Dashboard] { [] }
}

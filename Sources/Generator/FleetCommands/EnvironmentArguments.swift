public import ApusTopology
public import ArgumentParser

extension FleetEnvironment: ExpressibleByArgument {}

/// Which life of the fleet a command is about, shared by those that describe it and generate its files.
public struct EnvironmentArguments: ParsableArguments {
    @Option(help: "Which environment the fleet is for. (default: production where it varies for that, else as it is declared)")
    public var environment: FleetEnvironment?

    public init() {}
}

extension FleetSource {
    /// The fleet as it is in an environment; throws `InvalidFleet`, which lists all its faults.
    public func fleet(in arguments: EnvironmentArguments) throws -> Fleet {
        try fleet().deployed(in: arguments.environment)
    }
}

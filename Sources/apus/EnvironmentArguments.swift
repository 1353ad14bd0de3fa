public import ApusTopology
public import ArgumentParser

extension FleetEnvironment: ExpressibleByArgument {}

/// Which life of the fleet a command is about, shared by those that describe it and generate its files.
struct EnvironmentArguments: ParsableArguments {
    @Option(help: "Which environment the fleet is for. (default: production where it varies for that, else as it is declared)")
    var environment: FleetEnvironment?
}

extension FleetArguments {
    /// The fleet that these options describe, as it is in an environment; throws `InvalidFleet`, which lists all its faults.
    func validatedFleet(in arguments: EnvironmentArguments) throws -> Fleet {
        try validatedFleet().deployed(in: arguments.environment)
    }
}

import ApusDeployment
import ApusFiles
import ApusMetrics
public import ApusTopology
public import ArgumentParser
import CommandConventions
import FleetCommands
import NotificationFleet
import NotificationMetrics

extension AgentPlacement: ExpressibleByArgument {}

/// The options that shape the fleet, shared by the commands that run it and that generate its files.
struct FleetArguments: FleetSource {
    @Option(help: "Where agents stand: one per host, or one beside each instance.")
    var placement: AgentPlacement = .perHost

    @Option(help: "Time between two scrapes, evaluations of rules and samples of the agents.")
    var scrapeInterval: Duration = .seconds(15)

    @Option(help: "How long a condition must last before its alert fires.")
    var alertHold: Duration = .seconds(60)

    @Option(help: "Added to every port, so that a second fleet can run beside the first.")
    var portOffset: Int = 0

    func validate() throws {
        guard (-65535...65535).contains(portOffset) else {
            throw ValidationError("--port-offset \(portOffset) moves every port out of range: use -65535 to 65535.")
        }
    }

    var parameters: FleetParameters {
        FleetParameters(
            placement: placement, scrapeInterval: scrapeInterval, alertHold: alertHold, portOffset: portOffset)
    }

    var files: [GeneratedFile] { AgentPackage().files }

    static var families: [MetricFamily] { Notifications.families }

    /// The fleet that these options describe; throws `InvalidFleet`, which lists all its faults.
    func fleet() throws -> Fleet { try notificationFleet(parameters).validated() }
}

import ApusTopology
import GeneratorTesting

/// Fleets whose units differ in more than their names.
enum SystemdFleets {
    /// On an address of the network, with users, folders and limits of its own.
    static let elsewhere = Fleet("mail", host: "192.0.2.1") {
        FleetService("api", role: .api, program: shopProgram("api", stopGrace: .seconds(10))) {
            Instance("api-1", port: 3001, metricsPort: 9101)
        }
        FleetService(
            "mail", role: .worker, program: shopProgram("worker", stopGrace: .seconds(20)),
            limits: ResourceLimits(memory: .mebibytes(777), tasks: 99, openFiles: 1234)
        ) {
            for number in 1...2 { Instance("mail-\(number)", metricsPort: 9090 + number) }
        }
        Agents(limits: ResourceLimits(memory: .mebibytes(64), tasks: 88, openFiles: 4321))
        ConnectionBudget(perInstance: 1, minimum: 10, maximum: 10)
        Scraping(prometheusPort: 9999)
        Installation(
            agentUser: "watcher", serviceUser: "mailer", prefix: "/usr/local", stateFolder: "/srv/mail",
            runtimeFolder: "/run/mail")
    }

    static let all = FleetShapes.all + [elsewhere]
}

public import ApusMetrics

/// Every metric of this product, declared once; each subsystem has a file of its own.
///
/// Services record these declarations, the agent exports them, alerts and panels query them. Every series that an agent serves
/// for a service carries the labels `service` and `instance` besides those declared here.
public enum MetricCatalog {
    /// All families, by subsystem; the reference in the documentation and the checks of names go over this.
    public static let subsystems: [(title: String, families: [MetricFamily])] = [
        ("Contract of the original system", Contract.families),
        ("Watched processes", ServiceProcess.families),
        ("Reporting services", ServiceState.families),
        ("Executors of services", Scheduling.families),
        ("The agent's own process", AgentProcess.families),
        ("The agent's work", Agent.families),
        ("The journal", Journal.families),
        ("Units in the journal", JournalUnits.families),
        ("The following of the journal", JournalFollowing.families),
        ("Units of reporting services", ServiceUnit.families),
        ("Units of systemd", Units.families),
        ("Database clients", ConnectionPool.families),
        ("Queue", Queue.families),
        ("HTTP server", HTTPServer.families),
    ]

    /// The families of the agent's own process and work.
    public static var agentFamilies: [MetricFamily] {
        AgentProcess.families + Agent.families
            + Journal.families + JournalUnits.families + JournalFollowing.families + ServiceUnit.families + Units.families
    }

    /// The families of which an agent serves every instance a series, whatever that records.
    public static var processFamilies: [MetricFamily] { ServiceProcess.families + ServiceState.families }

    /// Every family of the product.
    public static var families: [MetricFamily] { subsystems.flatMap(\.families) }
}

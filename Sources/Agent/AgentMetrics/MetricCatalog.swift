public import ApusMetrics

/// A subsystem's metrics, each declared once. Every type that is declared with this protocol in this module is part of the
/// ``MetricCatalog``; the build lists them (`Plugins/ListConformers`).
public protocol MetricSubsystem: SendableMetatype {
    /// What the metrics are about, for people.
    static var title: String { get }
    /// The kind of thing that has the series, and who makes them.
    static var origin: MetricOrigin { get }
    /// The families whose series come from elsewhere than those of the subsystem's others.
    static var familiesOfOtherOrigin: [MetricOrigin: [MetricFamily]] { get }
    /// Every family of the subsystem.
    static var families: [MetricFamily] { get }
}

extension MetricSubsystem {
    public static var familiesOfOtherOrigin: [MetricOrigin: [MetricFamily]] { [:] }

    /// The kind of thing that has the series of one of its families, and who makes them.
    static func origin(of family: MetricFamily) -> MetricOrigin {
        familiesOfOtherOrigin.first { $0.value.contains { $0.name == family.name } }?.key ?? origin
    }
}

/// The kind of thing that has the series of a family, and who makes them.
public enum MetricOrigin: Sendable {
    /// The agent makes them of the host and of itself: they have no labels of a target.
    case host
    /// The agent makes them of every instance, whatever that records.
    case instance
    /// The agent makes them of groups of processes that its configuration file names.
    case group
    /// The agent makes them of instances that have a unit or a control group of their own.
    case unit
    /// The agent makes them of what its configuration file has it probe.
    case probe
    /// Services record them, or the reporter that is linked into them does.
    case service
}

/// Every metric of this module, declared once; each subsystem has a file of its own.
///
/// Services record these declarations, the agent exports them, alerts and panels query them. Every series that an agent serves
/// for a service carries the labels `service` and `instance` besides those declared here.
public enum MetricCatalog {
    /// All families, by subsystem; the checks of names go over this.
    public static let subsystems: [(title: String, families: [MetricFamily])] = all.map { ($0.title, $0.families) }

    /// Every family.
    public static var families: [MetricFamily] { subsystems.flatMap(\.families) }

    /// The labels that some series of a family have besides those that it is declared with, as a file of the agent asks for them.
    ///
    /// The label `name` tells probes of one kind and one identity apart: it stands in all that a named probe serves, under the name of a
    /// family too that services report.
    public static func optionalLabels(of family: MetricFamily) -> Set<String> {
        probedNames.contains(family.name) ? [probeName] : []
    }

    /// The label that a named probe has.
    package static let probeName = "name"

    private static let probedNames = Set((families(of: .probe) + sharedWithProbes).map(\.name))

    /// The families that services report, and that probes serve of identities of their own.
    package static let sharedWithProbes = [Contract.databaseConnections.family]

    /// The families whose series have this origin.
    public static func families(of origin: MetricOrigin) -> [MetricFamily] {
        all.flatMap { subsystem in subsystem.families.filter { subsystem.origin(of: $0) == origin } }
    }
}

public import AgentMetrics

/// A fleet, declared once: its services and instances, who watches them, and the limits that alerts, panels and processes share.
///
/// ```swift
/// let fleet = Fleet("notifications") {
///     FleetService("api", role: .api) { Instance("api-1", port: 3001, metricsPort: 9101) }
///     FleetService("worker", role: .worker) {
///         for number in 1...5 { Instance("worker-\(number)", metricsPort: 9090 + number) }
///     }
///     Agents(.perHost, port: 9480)
///     Scraping(interval: .seconds(15))
/// }
/// ```
///
/// What is not declared has the default of its type. A fleet is a plain value: ``faults`` lists what is wrong with it. Each kind
/// of part has its own type, a ``FleetPart``, which says how the fleet is asked for it.
public struct Fleet: Hashable, Sendable {
    public let name: String
    /// The address at which every process of the fleet listens.
    public let host: String
    /// The environment that the parts describe.
    public let environment: FleetEnvironment
    public let place: SourcePlace

    /// The services of the fleet, in order of declaration.
    public let services: [FleetService]
    /// Where the agents stand, and how often they sample.
    public let agents: Agents

    private let list: PartList

    /// - Parameters:
    ///   - name: lower-case letters, digits and hyphens; names dashboards and rule groups.
    ///   - host: the address of all instances.
    ///   - environment: the one that the parts describe; ``Variation``s make others of it.
    ///   - parts: services, and whatever shall not have its default.
    public init(
        _ name: String, host: String = "127.0.0.1", environment: FleetEnvironment = .production, fileID: String = #fileID,
        line: Int = #line, @FleetBuilder parts: () -> [any FleetPart]
    ) {
        self.init(
            name, host: host, environment: environment, parts: parts(), place: SourcePlace(fileID: fileID, line: line))
    }

    private init(_ name: String, host: String, environment: FleetEnvironment, parts: [any FleetPart], place: SourcePlace) {
        self.name = name
        self.host = host
        self.environment = environment
        self.place = place
        list = PartList(parts)
        // Asked for with each instance of thousands.
        services = list.list(of: FleetService.self)
        agents = list.list(of: Agents.self).last ?? Agents()
    }

    // MARK: - Parts

    /// All parts, in order of declaration.
    public var parts: [any FleetPart] { list.all }

    /// The parts of a type, in order of declaration.
    public func parts<Part: FleetPart>(of type: Part.Type) -> [Part] { list.list(of: type) }

    /// The part of a type that a fleet has once; nil when it is not declared.
    ///
    /// Of one that was declared again, which validation refuses, the last one holds.
    public func part<Part: FleetPart>(of type: Part.Type) -> Part? { parts(of: type).last }

    /// The fleet with other parts: each takes the place of the part of its type and name, or comes last.
    public func replacing(_ replacements: [any FleetPart]) -> Fleet { replacing(replacements, in: environment) }

    private func replacing(
        _ replacements: [any FleetPart], in environment: FleetEnvironment, where isKept: (any FleetPart) -> Bool = { _ in true }
    ) -> Fleet {
        var left = Dictionary(replacements.map { (PartIdentity(of: $0), $0) }) { _, last in last }
        var parts = self.parts.filter(isKept).map { left.removeValue(forKey: PartIdentity(of: $0)) ?? $0 }
        parts += replacements.filter { left.removeValue(forKey: PartIdentity(of: $0)) != nil }
        return Fleet(name, host: host, environment: environment, parts: parts, place: place)
    }

    /// The fleet as it is in an environment: parts of its variation replace those of the same kind and name, where they stand, or
    /// come last. Without a variation only the environment's name changes.
    public func varied(for environment: FleetEnvironment) -> Fleet {
        let varied = variations.filter { $0.environment == environment }.flatMap(\.parts)
        return replacing(varied, in: environment) { !($0 is Variation) }
    }

    /// The fleet as it is to be deployed: in the environment that is asked for, or in production where it varies for that, or as it
    /// is declared.
    public func deployed(in asked: FleetEnvironment?) -> Fleet {
        if let asked { return varied(for: asked) }
        return variations.contains { $0.environment == .production } ? varied(for: .production) : self
    }

    /// The fleet of what it starts itself: what others start on a host is not in a cluster.
    package var ofStartedServices: Fleet {
        guard services.contains(where: { !$0.isStarted }) else { return self }
        let found = Set(services.filter { !$0.isStarted }.map(\.name))
        let parts = parts.filter { part in
            !found.contains((part as? FleetService)?.name ?? "") && !found.contains((part as? Objective)?.service ?? "")
        }
        return Fleet(name, host: host, environment: environment, parts: parts, place: place)
    }

    /// The fleet as it is in a cluster, where the nodes are not its own and each pod has an agent.
    package var inCluster: Fleet { isInCluster ? self : replacing([ClusterPlacement(place: place)]) }

    package var isInCluster: Bool { part(of: ClusterPlacement.self) != nil }

    // MARK: - Instances

    /// Every instance with its service, in order of declaration.
    public var identities: [InstanceIdentity] {
        services.flatMap { service in service.instances.map { InstanceIdentity(service: service.name, instance: $0.name) } }
    }

    /// The number of instances of all services together.
    public var instanceCount: Int { services.reduce(0) { $0 + $1.instances.count } }

    /// The services with a role, in order of declaration.
    public func services(role: ServiceRole) -> [FleetService] {
        services.filter { $0.role == role }
    }

    // MARK: - Windows

    /// The window of rates in rules: as declared, or five minutes, or ``leastWindow`` when that is longer.
    public var alertWindow: Duration {
        alerting.window ?? max(.seconds(300), leastWindow)
    }

    /// Four scrapes, so that one lost scrape leaves a rate, and four evaluations, so that none passes over a sample.
    var leastWindow: Duration { max(scraping.interval, scraping.evaluationInterval) * 4 }
}

/// Marks a fleet that is in a cluster.
private struct ClusterPlacement: FleetPart {
    let place: SourcePlace
}

/// Where in the Swift source something was declared: `Module/File.swift:12`.
public struct SourcePlace: Hashable, Sendable, CustomStringConvertible {
    public let fileID: String
    public let line: Int

    public init(fileID: String = #fileID, line: Int = #line) {
        self.fileID = fileID
        self.line = line
    }

    public var description: String { "\(fileID):\(line)" }
}

/// Collects the parts of a ``Fleet``, with `for` and `if`.
@resultBuilder
public enum FleetBuilder {
    public static func buildExpression(_ part: any FleetPart) -> [any FleetPart] { [part] }
    public static func buildBlock(_ parts: [any FleetPart]...) -> [any FleetPart] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[any FleetPart]]) -> [any FleetPart] { parts.flatMap(\.self) }
    public static func buildOptional(_ parts: [any FleetPart]?) -> [any FleetPart] { parts ?? [] }
    public static func buildEither(first parts: [any FleetPart]) -> [any FleetPart] { parts }
    public static func buildEither(second parts: [any FleetPart]) -> [any FleetPart] { parts }
}

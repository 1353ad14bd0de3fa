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
/// What is not declared has the default of its type. A fleet is a plain value: ``faults`` lists what is wrong with it.
public struct Fleet: Hashable, Sendable {
    public let name: String
    /// The address at which every process of the fleet listens.
    public let host: String
    /// In order of declaration.
    public private(set) var services: [FleetService] = []
    public private(set) var agents = Agents()
    public private(set) var scraping = Scraping()
    public private(set) var alerting = Alerting()
    public private(set) var thresholds = Thresholds()
    public private(set) var connections = ConnectionBudget()
    public private(set) var delivery = DeliverySettings()
    public private(set) var data = DataFolder()
    public private(set) var installation = Installation()
    /// In order of declaration, as all that follow.
    public private(set) var databases: [Database] = []
    public private(set) var brokers: [Broker] = []
    public private(set) var caches: [Cache] = []
    public private(set) var loadBalancers: [LoadBalancer] = []
    public private(set) var objectives: [Objective] = []
    /// The fleet's own alerts, besides those that every fleet has.
    public private(set) var alerts: [Alert] = []
    public private(set) var routing = Routing()
    /// Whether ``routing`` was declared: without it the fleet has no Alertmanager.
    public private(set) var declaresRouting = false
    public private(set) var consumers = Consumers()
    /// Nil: nobody watches the hosts.
    public private(set) var hostMonitoring: HostMonitoring?
    public private(set) var containers = Containers()
    /// What differs elsewhere; a fleet that was varied itself has none.
    public private(set) var variations: [Variation] = []
    public private(set) var environment: FleetEnvironment
    public let place: SourcePlace

    /// Parts of which a fleet has one but that were declared again; the last one holds, and validation refuses the fleet.
    private(set) var repeatedParts: [RepeatedPart] = []

    private let parts: [FleetPart]

    /// - Parameters:
    ///   - name: lower-case letters, digits and hyphens; names dashboards and rule groups.
    ///   - host: the address of all instances.
    ///   - environment: the one that the parts describe; ``Variation``s make others of it.
    ///   - parts: services, and whatever shall not have its default.
    public init(
        _ name: String, host: String = "127.0.0.1", environment: FleetEnvironment = .production, fileID: String = #fileID,
        line: Int = #line, @FleetBuilder parts: () -> [FleetPart]
    ) {
        self.init(
            name, host: host, environment: environment, parts: parts(), place: SourcePlace(fileID: fileID, line: line))
    }

    init(_ name: String, host: String, environment: FleetEnvironment, parts: [FleetPart], place: SourcePlace) {
        self.name = name
        self.host = host
        self.environment = environment
        self.parts = parts
        self.place = place
        var seen: Set<String> = []
        for part in parts { add(part, seen: &seen) }
    }

    private mutating func add(_ part: FleetPart, seen: inout Set<String>) {
        switch part {
        case .service(let service): services.append(service)
        case .agents(let part): agents = part
        case .scraping(let part): scraping = part
        case .alerting(let part): alerting = part
        case .thresholds(let part): thresholds = part
        case .connections(let part): connections = part
        case .delivery(let part): delivery = part
        case .data(let part): data = part
        case .installation(let part): installation = part
        case .database(let part): databases.append(part)
        case .broker(let part): brokers.append(part)
        case .cache(let part): caches.append(part)
        case .loadBalancer(let part): loadBalancers.append(part)
        case .objective(let part): objectives.append(part)
        case .alert(let part): alerts.append(part)
        case .routing(let part):
            routing = part
            declaresRouting = true
        case .consumers(let part): consumers = part
        case .hostMonitoring(let part): hostMonitoring = part
        case .containers(let part): containers = part
        case .variation(let part): variations.append(part)
        }
        if part.standsAlone, !seen.insert(part.identity).inserted {
            repeatedParts.append(RepeatedPart(name: part.identity, place: part.place))
        }
    }

    /// The fleet as it is in an environment: parts of its variation replace those of the same kind and name, where they stand, or
    /// come last. Without a variation only the environment's name changes.
    public func varied(for environment: FleetEnvironment) -> Fleet {
        var replacements = Dictionary(
            variations.filter { $0.environment == environment }.flatMap(\.parts).map { ($0.identity, $0) }
        ) { _, last in last }
        var parts = self.parts.compactMap { part -> FleetPart? in
            if case .variation = part { return nil }
            return replacements.removeValue(forKey: part.identity) ?? part
        }
        let added = variations.filter { $0.environment == environment }.flatMap(\.parts)
        parts += added.filter { replacements.removeValue(forKey: $0.identity) != nil }
        return Fleet(name, host: host, environment: environment, parts: parts, place: place)
    }

    /// The fleet as it is to be deployed: in the environment that is asked for, or in production where it varies for that, or as it
    /// is declared.
    public func deployed(in asked: FleetEnvironment?) -> Fleet {
        if let asked { return varied(for: asked) }
        return variations.contains { $0.environment == .production } ? varied(for: .production) : self
    }

    /// Every instance with its service, in order of declaration.
    public var identities: [InstanceIdentity] {
        services.flatMap { service in service.instances.map { InstanceIdentity(service: service.name, instance: $0.name) } }
    }

    /// Of all services together.
    public var instanceCount: Int { services.reduce(0) { $0 + $1.instances.count } }

    /// The services with a role, in order of declaration.
    public func services(role: ServiceRole) -> [FleetService] {
        services.filter { $0.role == role }
    }

    /// The window of rates in rules: as declared, or five minutes, or ``leastWindow`` when that is longer.
    public var alertWindow: Duration {
        alerting.window ?? max(.seconds(300), leastWindow)
    }

    /// Four scrapes, so that one lost scrape leaves a rate, and four evaluations, so that none passes over a sample.
    var leastWindow: Duration { max(scraping.interval, scraping.evaluationInterval) * 4 }
}

/// A part that a fleet has once, declared again.
struct RepeatedPart: Hashable, Sendable {
    let name: String
    let place: SourcePlace
}

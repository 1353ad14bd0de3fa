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
    public let place: SourcePlace

    /// Parts of which a fleet has one but that were declared again; the last one holds, and validation refuses the fleet.
    private(set) var repeatedParts: [RepeatedPart] = []

    /// - Parameters:
    ///   - name: lower-case letters, digits and hyphens; names dashboards and rule groups.
    ///   - host: the address of all instances.
    ///   - parts: services, and whatever shall not have its default.
    public init(
        _ name: String, host: String = "127.0.0.1", fileID: String = #fileID, line: Int = #line,
        @FleetBuilder parts: () -> [FleetPart]
    ) {
        self.name = name
        self.host = host
        place = SourcePlace(fileID: fileID, line: line)
        var seen: Set<String> = []
        for part in parts() { add(part, seen: &seen) }
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
        }
        if let name = part.singleName, !seen.insert(name).inserted {
            repeatedParts.append(RepeatedPart(name: name, place: part.place))
        }
    }

    /// Every instance with its service, in order of declaration.
    public var identities: [InstanceIdentity] {
        services.flatMap { service in service.instances.map { InstanceIdentity(service: service.name, instance: $0.name) } }
    }

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

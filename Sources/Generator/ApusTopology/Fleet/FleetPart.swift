/// What stands between the braces of a ``Fleet``.
public indirect enum FleetPart: Hashable, Sendable {
    case service(FleetService)
    case agents(Agents)
    case scraping(Scraping)
    case alerting(Alerting)
    case thresholds(Thresholds)
    case connections(ConnectionBudget)
    case delivery(DeliverySettings)
    case data(DataFolder)
    case installation(Installation)
    case database(Database)
    case broker(Broker)
    case cache(Cache)
    case loadBalancer(LoadBalancer)
    case objective(Objective)
    case alert(Alert)
    case routing(Routing)
    case consumers(Consumers)
    case hostMonitoring(HostMonitoring)
    case containers(Containers)
    case variation(Variation)

    /// What a fleet has only one of: its type for parts that stand alone, type and name for those that have one.
    var identity: String {
        switch self {
        case .service(let part): "FleetService \(part.name)"
        case .agents: "Agents"
        case .scraping: "Scraping"
        case .alerting: "Alerting"
        case .thresholds: "Thresholds"
        case .connections: "ConnectionBudget"
        case .delivery: "DeliverySettings"
        case .data: "DataFolder"
        case .installation: "Installation"
        case .database(let part): "Database \(part.name)"
        case .broker(let part): "Broker \(part.name)"
        case .cache(let part): "Cache \(part.name)"
        case .loadBalancer(let part): "LoadBalancer \(part.name)"
        case .objective(let part): "Objective \(part.name)"
        case .alert(let part): "Alert \(part.name)"
        case .routing: "Routing"
        case .consumers: "Consumers"
        case .hostMonitoring: "HostMonitoring"
        case .containers: "Containers"
        case .variation(let part): "Variation \(part.environment.rawValue)"
        }
    }

    /// Whether a fleet has only one part of the kind, so that a second is a contradiction; names are validated apart.
    var standsAlone: Bool {
        switch self {
        case .service, .database, .broker, .cache, .loadBalancer, .objective, .alert: false
        default: true
        }
    }

    var place: SourcePlace {
        switch self {
        case .service(let part): part.place
        case .agents(let part): part.place
        case .scraping(let part): part.place
        case .alerting(let part): part.place
        case .thresholds(let part): part.place
        case .connections(let part): part.place
        case .delivery(let part): part.place
        case .data(let part): part.place
        case .installation(let part): part.place
        case .database(let part): part.place
        case .broker(let part): part.place
        case .cache(let part): part.place
        case .loadBalancer(let part): part.place
        case .objective(let part): part.place
        case .alert(let part): part.place
        case .routing(let part): part.place
        case .consumers(let part): part.place
        case .hostMonitoring(let part): part.place
        case .containers(let part): part.place
        case .variation(let part): part.place
        }
    }
}

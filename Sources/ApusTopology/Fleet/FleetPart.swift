/// What stands between the braces of a ``Fleet``.
public enum FleetPart: Hashable, Sendable {
    case service(FleetService)
    case agents(Agents)
    case scraping(Scraping)
    case alerting(Alerting)
    case thresholds(Thresholds)
    case connections(ConnectionBudget)
    case delivery(DeliverySettings)
    case data(DataFolder)
    case installation(Installation)

    /// The name of a part that a fleet has only once; nil for services.
    var singleName: String? {
        switch self {
        case .service: nil
        case .agents: "Agents"
        case .scraping: "Scraping"
        case .alerting: "Alerting"
        case .thresholds: "Thresholds"
        case .connections: "ConnectionBudget"
        case .delivery: "DeliverySettings"
        case .data: "DataFolder"
        case .installation: "Installation"
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
        }
    }
}

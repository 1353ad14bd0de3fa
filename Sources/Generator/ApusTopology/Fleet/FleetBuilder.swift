/// Collects the parts of a ``Fleet``, with `for` and `if`.
@resultBuilder
public enum FleetBuilder {
    public static func buildExpression(_ part: FleetService) -> [FleetPart] { [.service(part)] }
    public static func buildExpression(_ part: Agents) -> [FleetPart] { [.agents(part)] }
    public static func buildExpression(_ part: Scraping) -> [FleetPart] { [.scraping(part)] }
    public static func buildExpression(_ part: Alerting) -> [FleetPart] { [.alerting(part)] }
    public static func buildExpression(_ part: Thresholds) -> [FleetPart] { [.thresholds(part)] }
    public static func buildExpression(_ part: ConnectionBudget) -> [FleetPart] { [.connections(part)] }
    public static func buildExpression(_ part: DeliverySettings) -> [FleetPart] { [.delivery(part)] }
    public static func buildExpression(_ part: DataFolder) -> [FleetPart] { [.data(part)] }
    public static func buildExpression(_ part: Installation) -> [FleetPart] { [.installation(part)] }
    public static func buildExpression(_ part: Database) -> [FleetPart] { [.database(part)] }
    public static func buildExpression(_ part: Broker) -> [FleetPart] { [.broker(part)] }
    public static func buildExpression(_ part: Cache) -> [FleetPart] { [.cache(part)] }
    public static func buildExpression(_ part: LoadBalancer) -> [FleetPart] { [.loadBalancer(part)] }
    public static func buildExpression(_ part: Objective) -> [FleetPart] { [.objective(part)] }
    public static func buildExpression(_ part: Alert) -> [FleetPart] { [.alert(part)] }
    public static func buildExpression(_ part: Routing) -> [FleetPart] { [.routing(part)] }
    public static func buildExpression(_ part: Consumers) -> [FleetPart] { [.consumers(part)] }
    public static func buildExpression(_ part: HostMonitoring) -> [FleetPart] { [.hostMonitoring(part)] }
    public static func buildExpression(_ part: Containers) -> [FleetPart] { [.containers(part)] }
    public static func buildExpression(_ part: Variation) -> [FleetPart] { [.variation(part)] }
    public static func buildExpression(_ part: FleetPart) -> [FleetPart] { [part] }
    public static func buildBlock(_ parts: [FleetPart]...) -> [FleetPart] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[FleetPart]]) -> [FleetPart] { parts.flatMap(\.self) }
    public static func buildOptional(_ parts: [FleetPart]?) -> [FleetPart] { parts ?? [] }
    public static func buildEither(first parts: [FleetPart]) -> [FleetPart] { parts }
    public static func buildEither(second parts: [FleetPart]) -> [FleetPart] { parts }
}

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
    public static func buildBlock(_ parts: [FleetPart]...) -> [FleetPart] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[FleetPart]]) -> [FleetPart] { parts.flatMap(\.self) }
    public static func buildOptional(_ parts: [FleetPart]?) -> [FleetPart] { parts ?? [] }
    public static func buildEither(first parts: [FleetPart]) -> [FleetPart] { parts }
    public static func buildEither(second parts: [FleetPart]) -> [FleetPart] { parts }
}

/// One process of a service.
public struct Instance: Hashable, Sendable {
    /// The value of the label `instance`; unique in the fleet.
    public let name: String
    /// The port at which the instance answers requests; nil when it answers none.
    public let port: Int?
    /// The port at which its metrics are served: by itself where its service has a ``MetricsPage`` there, or by its agent when agents stand
    /// beside each instance; unused else.
    public let metricsPort: Int
    public let place: SourcePlace

    public init(_ name: String, port: Int? = nil, metricsPort: Int, fileID: String = #fileID, line: Int = #line) {
        self.name = name
        self.port = port
        self.metricsPort = metricsPort
        place = SourcePlace(fileID: fileID, line: line)
    }
}

/// Collects the instances of a ``FleetService``, with `for` and `if`.
@resultBuilder
public enum InstanceBuilder {
    public static func buildExpression(_ instance: Instance) -> [Instance] { [instance] }
    public static func buildBlock(_ instances: [Instance]...) -> [Instance] { instances.flatMap(\.self) }
    public static func buildArray(_ instances: [[Instance]]) -> [Instance] { instances.flatMap(\.self) }
    public static func buildOptional(_ instances: [Instance]?) -> [Instance] { instances ?? [] }
    public static func buildEither(first instances: [Instance]) -> [Instance] { instances }
    public static func buildEither(second instances: [Instance]) -> [Instance] { instances }
}

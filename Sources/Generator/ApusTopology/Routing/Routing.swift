/// How Alertmanager sends alerts on.
///
/// ```swift
/// Routing(default: "mail") {
///     Receiver("on-call", .pagerDuty(routingKeyFile: "/etc/apus/secrets/pagerduty"))
///     Receiver("mail", .webhook(url: "http://127.0.0.1:8025/alerts"))
///     Route(severity: .critical, .high, to: "on-call")
/// }
/// ```
public struct Routing: FleetPart {
    /// Where Alertmanager listens, on the fleet's host.
    public let port: Int
    /// The name of the receiver of what no route takes; nil for one that drops it.
    public let defaultReceiver: String?
    /// How long the first alert of a group waits for others.
    public let groupWait: Duration
    /// The time between two messages of one group.
    public let groupInterval: Duration
    /// The time between two messages about what has not changed.
    public let repeatInterval: Duration
    public let receivers: [Receiver]
    /// The routes in order: the first that fits takes an alert.
    public let routes: [Route]
    public let place: SourcePlace

    public init(
        default defaultReceiver: String? = nil, port: Int = 9093, groupWait: Duration = .seconds(30),
        groupInterval: Duration = .seconds(300), repeatInterval: Duration = .seconds(4 * 3600), fileID: String = #fileID,
        line: Int = #line, @RoutingBuilder parts: () -> [RoutingPart] = { [] }
    ) {
        self.defaultReceiver = defaultReceiver
        self.port = port
        self.groupWait = groupWait
        self.groupInterval = groupInterval
        self.repeatInterval = repeatInterval
        let parts = parts()
        receivers = parts.compactMap { if case .receiver(let receiver) = $0 { receiver } else { nil } }
        routes = parts.compactMap { if case .route(let route) = $0 { route } else { nil } }
        place = SourcePlace(fileID: fileID, line: line)
    }
}

/// What stands between the braces of a ``Routing``.
public enum RoutingPart: Hashable, Sendable {
    case receiver(Receiver)
    case route(Route)
}

/// Collects receivers and routes of a ``Routing``, with `for` and `if`.
@resultBuilder
public enum RoutingBuilder {
    public static func buildExpression(_ receiver: Receiver) -> [RoutingPart] { [.receiver(receiver)] }
    public static func buildExpression(_ route: Route) -> [RoutingPart] { [.route(route)] }
    public static func buildBlock(_ parts: [RoutingPart]...) -> [RoutingPart] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[RoutingPart]]) -> [RoutingPart] { parts.flatMap(\.self) }
    public static func buildOptional(_ parts: [RoutingPart]?) -> [RoutingPart] { parts ?? [] }
    public static func buildEither(first parts: [RoutingPart]) -> [RoutingPart] { parts }
    public static func buildEither(second parts: [RoutingPart]) -> [RoutingPart] { parts }
}

extension Fleet {
    /// How Alertmanager sends the fleet's alerts on.
    public var routing: Routing { part(of: Routing.self) ?? Routing() }

    /// Whether ``routing`` was declared: without it the fleet has no Alertmanager.
    public var declaresRouting: Bool { part(of: Routing.self) != nil }
}

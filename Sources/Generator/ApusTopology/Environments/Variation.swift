/// What differs in one environment from the fleet as it is declared: parts that take the place of those of the same kind and
/// name, or come in addition.
///
/// ```swift
/// Variation(.staging) {
///     FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
///     Alerting(hold: .seconds(300))
/// }
/// ```
public struct Variation: Hashable, Sendable {
    public let environment: FleetEnvironment
    public let parts: [FleetPart]
    public let place: SourcePlace

    public init(
        _ environment: FleetEnvironment, fileID: String = #fileID, line: Int = #line, @FleetBuilder parts: () -> [FleetPart]
    ) {
        self.environment = environment
        self.parts = parts()
        place = SourcePlace(fileID: fileID, line: line)
    }
}

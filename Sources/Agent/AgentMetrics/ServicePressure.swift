public import ApusMetrics

/// How long a service's processes have waited for a resource, as the kernel counts it for their control group (PSI), under names
/// after those that node_exporter has for the host.
public enum ServicePressure: MetricSubsystem {
    public static let waiting = Counter<PressureLabels>(
        "service_pressure_waiting_seconds_total",
        "Time in which at least one process of the service's control group waited for the resource.")
    public static let stalled = Counter<PressureLabels>(
        "service_pressure_stalled_seconds_total",
        "Time in which all processes of the service's control group that had work waited for the resource.")

    public static let title = "Pressure on services"
    public static let origin = MetricOrigin.unit
    public static let families = [waiting.family, stalled.family]
}

/// What a process can wait for.
public enum PressureResource: String, CaseIterable, Sendable { case cpu, memory, io }

/// The label of a time that was spent waiting.
public struct PressureLabels: EnumerableLabels {
    public enum Key: String, LabelKey { case resource }
    public static var allCases: [Self] { PressureResource.allCases.map { Self(resource: $0) } }
    public let resource: PressureResource
    public init(resource: PressureResource) { self.resource = resource }
    public subscript(key: Key) -> String { resource.rawValue }
}

/// Images of the fleet's own executables, and where containers run.
public struct Containers: Hashable, Sendable {
    /// Before the image's name: `registry.example.org/team`; empty for images of this machine.
    public let registry: String
    /// The tag of the fleet's own images.
    public let tag: String
    /// The namespace of the fleet in Kubernetes.
    public let namespace: String
    /// What changes the number of replicas with the work there is.
    public let scaler: Scaler
    public let place: SourcePlace

    public enum Scaler: String, CaseIterable, Hashable, Sendable {
        /// A HorizontalPodAutoscaler on the external metric of an adapter.
        case hpa
        /// A ScaledObject that asks Prometheus.
        case keda
    }

    public init(
        registry: String = "", tag: String = "0.1.0", namespace: String = "apus", scaler: Scaler = .keda,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.registry = registry
        self.tag = tag
        self.namespace = namespace
        self.scaler = scaler
        place = SourcePlace(fileID: fileID, line: line)
    }
}

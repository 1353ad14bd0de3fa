import AgentMetrics

/// The images of a fleet's own executables, and where its containers run.
public struct Containers: FleetPart {
    /// What comes before the image's name, such as `registry.example.org/team`; empty for images of this machine.
    public let registry: String
    /// The tag of the fleet's own images.
    public let tag: String
    /// The namespace of the fleet in Kubernetes.
    public let namespace: String
    /// What changes the number of replicas with the work there is.
    public let scaler: Scaler
    public let place: SourcePlace

    public enum Scaler: String, CaseIterable, Hashable, Sendable {
        /// A HorizontalPodAutoscaler scales by the external metric of an adapter.
        case hpa
        /// A ScaledObject of KEDA scales by what Prometheus says.
        case keda
    }

    /// - Parameters:
    ///   - registry: what comes before the images' names; empty for images of this machine.
    ///   - tag: of the fleet's own images; nil for the version of this library.
    ///   - namespace: of the fleet in Kubernetes.
    ///   - scaler: what changes the number of replicas.
    public init(
        registry: String = "", tag: String? = nil, namespace: String = "apus", scaler: Scaler = .keda,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.registry = registry
        self.tag = tag ?? productVersion
        self.namespace = namespace
        self.scaler = scaler
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Containers {
    /// Finds what no registry and no cluster takes.
    public func faults(in fleet: Fleet) -> [FleetFault] {
        var faults: [FleetFault] = []
        if !registry.isEmpty, !LegalText.isRegistry(registry) {
            faults.append(
                .contradiction(
                    "the registry “\(registry)” is illegal: write it as registry.example.org/team, in lower case", place: place)
            )
        }
        if !LegalText.isTag(tag) {
            faults.append(
                .contradiction(
                    "the tag “\(tag)” is no image tag: use 1 to 128 letters, digits and . _ -, no . or - first", place: place))
        }
        if !LegalText.isName(namespace) {
            faults.append(.illegalName(kind: "namespace", name: namespace, place: place))
        }
        return faults
    }
}

extension Fleet {
    /// The images of the fleet's own executables, and where its containers run.
    public var containers: Containers { part(of: Containers.self) ?? Containers() }
}

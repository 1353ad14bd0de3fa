import AgentMetrics

/// The images of a fleet's own executables, and where its containers run.
public struct Containers: FleetPart {
    /// What comes before the image's name, such as `registry.example.org/team`; empty for images of this machine.
    public let registry: String
    /// The tag of the fleet's own images.
    public let tag: String
    /// The digests of others' images by their names without a tag, such as `postgres`.
    ///
    /// A tag can be moved to another image; what is named by a digest (`sha256:` and 64 hexadecimal digits) cannot change.
    public let digests: [String: String]
    /// The namespace of the fleet in Kubernetes.
    public let namespace: String
    /// What changes the number of replicas with the work there is.
    public let scaler: Scaler
    /// The first two numbers of the addresses that containers of Docker Compose have where some of them serve pages of metrics.
    public let network: String
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
    ///   - digests: of others' images by their names without a tag, `sha256:` and 64 hexadecimal digits each.
    ///   - namespace: of the fleet in Kubernetes.
    ///   - scaler: what changes the number of replicas.
    ///   - network: the first two numbers of a private /16 network of IPv4 that the machine has no other use for. Docker Compose gives it to
    ///     fleets with a ``MetricsPage``, as an agent looks up no names.
    public init(
        registry: String = "", tag: String? = nil, digests: [String: String] = [:], namespace: String = "apus",
        scaler: Scaler = .keda, network: String = "10.119",
        fileID: String = #fileID, line: Int = #line
    ) {
        self.registry = registry
        self.tag = tag ?? productVersion
        self.digests = digests
        self.namespace = namespace
        self.scaler = scaler
        self.network = network
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension Containers {
    /// The images of others that a fleet's containers and its own images are made of, without their tags.
    public static let imagesOfOthers = [
        "debian", "grafana/grafana", "nginx", "nginx/nginx-prometheus-exporter", "oliver006/redis_exporter", "postgres",
        "prom/alertmanager", "prom/prometheus", "quay.io/prometheus/blackbox-exporter", "quay.io/prometheus/node-exporter",
        "quay.io/prometheuscommunity/pgbouncer-exporter", "quay.io/prometheuscommunity/postgres-exporter", "rabbitmq", "redis",
        "swift",
    ]

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
        if tag == "latest" {
            faults.append(
                .contradiction(
                    "the tag “latest” names another image tomorrow: write the version, so that each start has the same",
                    place: place))
        }
        for (image, digest) in digests.sorted(by: { $0.key < $1.key }) {
            if !Self.imagesOfOthers.contains(image) {
                faults.append(
                    .contradiction(
                        "no container has the image “\(image)”: digests are for \(Self.imagesOfOthers.joined(separator: ", "))",
                        place: place))
            }
            if !LegalText.isDigest(digest) {
                faults.append(
                    .contradiction(
                        "the digest of \(image) is none: write sha256: and 64 of 0-9 and a-f, as docker buildx imagetools inspect tells",
                        place: place))
            }
        }
        if !Self.isPrivate(network) {
            faults.append(
                .contradiction(
                    "the network “\(network)” of containers is none: write the first two numbers of a private one, such as 10.119",
                    place: place))
        }
        if !LegalText.isName(namespace) {
            faults.append(.illegalName(kind: "namespace", name: namespace, place: place))
        }
        return faults
    }
}

extension Containers {
    /// Whether two numbers begin the addresses of networks that are nobody's on the Internet (RFC 1918).
    private static func isPrivate(_ network: String) -> Bool {
        let parts = network.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt8($0) }
        guard parts.count == 2, numbers.count == 2, network == numbers.map(String.init).joined(separator: ".") else {
            return false
        }
        switch numbers[0] {
        case 10: return true
        case 172: return (16...31).contains(numbers[1])
        case 192: return numbers[1] == 168
        default: return false
        }
    }
}

extension Fleet {
    /// The images of the fleet's own executables, and where its containers run.
    public var containers: Containers { part(of: Containers.self) ?? Containers() }
}

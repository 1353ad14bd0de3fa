/// The versions of the tools to write for: what one of them does not know yet is refused when generating, or written otherwise.
///
/// The defaults are those of Debian 12, and of Docker Compose, Grafana and Kubernetes releases that have been around for long.
public struct ToolVersions: FleetPart {
    public let prometheus: ToolVersion
    public let alertmanager: ToolVersion
    public let grafana: ToolVersion
    public let nginx: ToolVersion
    public let pgbouncer: ToolVersion
    public let kubernetes: ToolVersion
    /// Docker Compose; before 2.15 it refuses `cgroup`, so that agents in containers serve no pressure of control groups.
    public let compose: ToolVersion
    public let place: SourcePlace

    public init(
        prometheus: ToolVersion = ToolVersion(2, 42), alertmanager: ToolVersion = ToolVersion(0, 25),
        grafana: ToolVersion = ToolVersion(11, 0), nginx: ToolVersion = ToolVersion(1, 22),
        pgbouncer: ToolVersion = ToolVersion(1, 18), kubernetes: ToolVersion = ToolVersion(1, 29),
        compose: ToolVersion = ToolVersion(2, 15),
        fileID: String = #fileID, line: Int = #line
    ) {
        self.prometheus = prometheus
        self.alertmanager = alertmanager
        self.grafana = grafana
        self.nginx = nginx
        self.pgbouncer = pgbouncer
        self.kubernetes = kubernetes
        self.compose = compose
        place = SourcePlace(fileID: fileID, line: line)
    }
}

extension ToolVersions {
    /// Finds tools that are older than anything that files are written for.
    public func faults(in fleet: Fleet) -> [FleetFault] {
        let oldest = ToolVersions()
        let tools: [(String, ToolVersion, ToolVersion)] = [
            ("Prometheus", prometheus, oldest.prometheus), ("Alertmanager", alertmanager, oldest.alertmanager),
            ("Grafana", grafana, oldest.grafana), ("nginx", nginx, oldest.nginx), ("pgbouncer", pgbouncer, oldest.pgbouncer),
            ("Kubernetes", kubernetes, oldest.kubernetes), ("Docker Compose", compose, ToolVersion(1, 29)),
        ]
        return tools.filter { $0.1 < $0.2 }.map {
            .contradiction(
                "\($0.0) \($0.1) is older than \($0.2), the oldest that files are written for: update it", place: place)
        }
    }
}

extension Fleet {
    /// The versions of the tools that read the fleet's files.
    public var tools: ToolVersions { part(of: ToolVersions.self) ?? ToolVersions() }
}

/// The version of a tool that reads generated files: `2.42`.
public struct ToolVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let major: Int
    public let minor: Int

    public init(_ major: Int, _ minor: Int = 0) {
        self.major = major
        self.minor = minor
    }

    public static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }

    public var description: String { "\(major).\(minor)" }
}

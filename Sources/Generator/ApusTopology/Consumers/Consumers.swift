/// The versions of the tools to write for: what one of them does not know yet is refused when generating, or written otherwise.
///
/// The defaults are those of Debian 12, and of Grafana's and Kubernetes' long-lived releases.
public struct Consumers: Hashable, Sendable {
    public let prometheus: ToolVersion
    public let alertmanager: ToolVersion
    public let grafana: ToolVersion
    public let nginx: ToolVersion
    public let pgbouncer: ToolVersion
    public let kubernetes: ToolVersion
    public let place: SourcePlace

    public init(
        prometheus: ToolVersion = ToolVersion(2, 42), alertmanager: ToolVersion = ToolVersion(0, 25),
        grafana: ToolVersion = ToolVersion(11, 0), nginx: ToolVersion = ToolVersion(1, 22),
        pgbouncer: ToolVersion = ToolVersion(1, 18), kubernetes: ToolVersion = ToolVersion(1, 29),
        fileID: String = #fileID, line: Int = #line
    ) {
        self.prometheus = prometheus
        self.alertmanager = alertmanager
        self.grafana = grafana
        self.nginx = nginx
        self.pgbouncer = pgbouncer
        self.kubernetes = kubernetes
        place = SourcePlace(fileID: fileID, line: line)
    }
}

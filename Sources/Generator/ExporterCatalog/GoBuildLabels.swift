public import ApusMetrics

/// What programs of the Prometheus project say of their build.
public struct GoBuildLabels: LabelSet {
    public enum Key: String, LabelKey {
        case version
        case revision
        case branch
        case language = "goversion"
        case os = "goos"
        case architecture = "goarch"
    }
    public let version: String
    public let revision: String
    public let branch: String
    public let language: String
    public let os: String
    public let architecture: String
    public init(version: String, revision: String, branch: String, language: String, os: String, architecture: String) {
        self.version = version
        self.revision = revision
        self.branch = branch
        self.language = language
        self.os = os
        self.architecture = architecture
    }
    public subscript(key: Key) -> String {
        switch key {
        case .version: version
        case .revision: revision
        case .branch: branch
        case .language: language
        case .os: os
        case .architecture: architecture
        }
    }
}

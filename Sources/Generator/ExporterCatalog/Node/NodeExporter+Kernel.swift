public import ApusMetrics

extension NodeExporter {
    /// Kernel, file descriptors and entropy; collectors `uname`, `filefd` and `entropy`.
    public enum Kernel {
        public static let information = Gauge<KernelLabels>(
            "node_uname_info", "Always 1; the kernel and the host's name are in the labels.")
        public static let openFiles = Gauge<NoLabels>("node_filefd_allocated", "File descriptors in use.")
        public static let openFilesLimit = Gauge<NoLabels>("node_filefd_maximum", "Most file descriptors.")
        public static let entropy = Gauge<NoLabels>("node_entropy_available_bits", "Entropy that is available.")

        static let families = [
            information.family, openFiles.family, openFilesLimit.family, entropy.family,
        ]
    }

    public struct KernelLabels: LabelSet {
        public enum Key: String, LabelKey {
            case system = "sysname"
            case release
            case version
            case machine
            case host = "nodename"
            case domain = "domainname"
        }
        public let system: String
        public let release: String
        public let version: String
        public let machine: String
        public let host: String
        public let domain: String
        public init(system: String, release: String, version: String, machine: String, host: String, domain: String) {
            self.system = system
            self.release = release
            self.version = version
            self.machine = machine
            self.host = host
            self.domain = domain
        }
        public subscript(key: Key) -> String {
            switch key {
            case .system: system
            case .release: release
            case .version: version
            case .machine: machine
            case .host: host
            case .domain: domain
            }
        }
    }
}

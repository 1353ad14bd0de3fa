public import ApusMetrics

extension NodeExporter {
    /// Mounted filesystems; collector `filesystem`.
    public enum Filesystem {
        public static let size = Gauge<FilesystemLabels>("node_filesystem_size_bytes", "Size.")
        public static let free = Gauge<FilesystemLabels>(
            "node_filesystem_free_bytes", "Space that is free, root's reserve included.")
        public static let available = Gauge<FilesystemLabels>(
            "node_filesystem_avail_bytes", "Space that users other than root can have.")
        public static let files = Gauge<FilesystemLabels>("node_filesystem_files", "Inodes.")
        public static let filesFree = Gauge<FilesystemLabels>("node_filesystem_files_free", "Inodes that are free.")
        public static let readOnly = Gauge<FilesystemLabels>("node_filesystem_readonly", "1 when it is mounted read-only.")
        public static let deviceError = Gauge<FilesystemLabels>(
            "node_filesystem_device_error", "1 when its figures could not be read.")

        static let families = [
            size.family, free.family, available.family, files.family, filesFree.family, readOnly.family,
            deviceError.family,
        ]
    }

    public struct FilesystemLabels: LabelSet {
        public enum Key: String, LabelKey {
            case device
            case filesystem = "fstype"
            case mountpoint
        }
        public let device: String
        public let filesystem: String
        public let mountpoint: String
        public init(device: String, filesystem: String, mountpoint: String) {
            self.device = device
            self.filesystem = filesystem
            self.mountpoint = mountpoint
        }
        public subscript(key: Key) -> String {
            switch key {
            case .device: device
            case .filesystem: filesystem
            case .mountpoint: mountpoint
            }
        }
    }
}

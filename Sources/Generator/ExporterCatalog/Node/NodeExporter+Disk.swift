public import ApusMetrics

extension NodeExporter {
    /// Block devices; collector `diskstats`.
    public enum Disk {
        public static let reads = Counter<DeviceLabels>("node_disk_reads_completed_total", "Reads done.")
        public static let writes = Counter<DeviceLabels>("node_disk_writes_completed_total", "Writes done.")
        public static let readBytes = Counter<DeviceLabels>("node_disk_read_bytes_total", "Bytes read.")
        public static let writtenBytes = Counter<DeviceLabels>("node_disk_written_bytes_total", "Bytes written.")
        public static let readTime = Counter<DeviceLabels>(
            "node_disk_read_time_seconds_total", "Time that all reads took together.")
        public static let writeTime = Counter<DeviceLabels>(
            "node_disk_write_time_seconds_total", "Time that all writes took together.")
        public static let busyTime = Counter<DeviceLabels>(
            "node_disk_io_time_seconds_total", "Time in which the device had something to do.")
        public static let weightedTime = Counter<DeviceLabels>(
            "node_disk_io_time_weighted_seconds_total",
            "Time of requests under way, each counted: its rate is the queue's mean length.")
        public static let inFlight = Gauge<DeviceLabels>("node_disk_io_now", "Requests under way.")
        public static let flushes = Counter<DeviceLabels>("node_disk_flush_requests_total", "Flushes done.")
        public static let flushTime = Counter<DeviceLabels>(
            "node_disk_flush_requests_time_seconds_total", "Time that all flushes took together.")

        static let families = [
            reads.family, writes.family, readBytes.family, writtenBytes.family, readTime.family, writeTime.family,
            busyTime.family, weightedTime.family, inFlight.family, flushes.family, flushTime.family,
        ]
    }

    public struct DeviceLabels: LabelSet {
        public enum Key: String, LabelKey { case device }
        /// A disk's or a network interface's name.
        public let device: String
        public init(device: String) {
            self.device = device
        }
        public subscript(key: Key) -> String { device }
    }
}

public import ApusMetrics

extension RabbitMQPlugin {
    /// The node: alarms, memory, disk, descriptors, processes of Erlang.
    public enum Node {
        public static let build = Gauge<BuildLabels>(
            "rabbitmq_build_info", "Always 1; versions are in the labels. Served as untyped.")
        public static let identity = Gauge<NodeLabels>(
            "rabbitmq_identity_info", "Always 1; node and cluster are in the labels: join by instance. Served as untyped.")
        public static let uptime = Gauge<NoLabels>("rabbitmq_erlang_uptime_seconds", "Seconds since the node started.")
        public static let memoryAlarm = Gauge<NoLabels>(
            "rabbitmq_alarms_memory_used_watermark", "1 while publishers are blocked for want of memory. Served as untyped.")
        public static let diskAlarm = Gauge<NoLabels>(
            "rabbitmq_alarms_free_disk_space_watermark",
            "1 while publishers are blocked for want of disk space. Served as untyped.")
        public static let fileAlarm = Gauge<NoLabels>(
            "rabbitmq_alarms_file_descriptor_limit", "1 while no file descriptor is left. Served as untyped.")
        public static let memory = Gauge<NoLabels>("rabbitmq_process_resident_memory_bytes", "Memory that the node uses.")
        public static let memoryLimit = Gauge<NoLabels>(
            "rabbitmq_resident_memory_limit_bytes", "Memory at which publishers are blocked.")
        public static let diskFree = Gauge<NoLabels>("rabbitmq_disk_space_available_bytes", "Free disk space.")
        public static let diskFreeLimit = Gauge<NoLabels>(
            "rabbitmq_disk_space_available_limit_bytes", "Free disk space below which publishers are blocked.")
        public static let openFiles = Gauge<NoLabels>("rabbitmq_process_open_fds", "Open file descriptors.")
        public static let openFilesLimit = Gauge<NoLabels>("rabbitmq_process_max_fds", "Most file descriptors.")
        public static let openSockets = Gauge<NoLabels>("rabbitmq_process_open_tcp_sockets", "Open TCP sockets.")
        public static let openSocketsLimit = Gauge<NoLabels>("rabbitmq_process_max_tcp_sockets", "Most TCP sockets.")
        public static let erlangProcesses = Gauge<NoLabels>("rabbitmq_erlang_processes_used", "Processes of Erlang.")
        public static let erlangProcessesLimit = Gauge<NoLabels>("rabbitmq_erlang_processes_limit", "Most processes of Erlang.")
        public static let runQueue = Gauge<NoLabels>(
            "rabbitmq_erlang_scheduler_run_queue", "Processes of Erlang that wait for a processor.")
        public static let readTime = Counter<NoLabels>("rabbitmq_io_read_time_seconds_total", "Time of reading files.")
        public static let writeTime = Counter<NoLabels>("rabbitmq_io_write_time_seconds_total", "Time of writing files.")
        public static let syncTime = Counter<NoLabels>("rabbitmq_io_sync_time_seconds_total", "Time of waiting for the disk.")

        static let families = [
            build.family, identity.family, uptime.family, memoryAlarm.family, diskAlarm.family, fileAlarm.family,
            memory.family, memoryLimit.family, diskFree.family, diskFreeLimit.family, openFiles.family,
            openFilesLimit.family, openSockets.family, openSocketsLimit.family, erlangProcesses.family,
            erlangProcessesLimit.family, runQueue.family, readTime.family, writeTime.family, syncTime.family,
        ]
    }

    public struct BuildLabels: LabelSet {
        public enum Key: String, LabelKey {
            case version = "rabbitmq_version"
            case plugin = "prometheus_plugin_version"
            case client = "prometheus_client_version"
            case erlang = "erlang_version"
        }
        public let version: String
        public let plugin: String
        public let client: String
        public let erlang: String
        public init(version: String, plugin: String, client: String, erlang: String) {
            self.version = version
            self.plugin = plugin
            self.client = client
            self.erlang = erlang
        }
        public subscript(key: Key) -> String {
            switch key {
            case .version: version
            case .plugin: plugin
            case .client: client
            case .erlang: erlang
            }
        }
    }

    public struct NodeLabels: LabelSet {
        public enum Key: String, LabelKey {
            case node = "rabbitmq_node"
            case cluster = "rabbitmq_cluster"
            case clusterID = "rabbitmq_cluster_permanent_id"
        }
        public let node: String
        public let cluster: String
        public let clusterID: String
        public init(node: String, cluster: String, clusterID: String) {
            self.node = node
            self.cluster = cluster
            self.clusterID = clusterID
        }
        public subscript(key: Key) -> String {
            switch key {
            case .node: node
            case .cluster: cluster
            case .clusterID: clusterID
            }
        }
    }
}

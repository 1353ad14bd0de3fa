public import ApusMetrics

extension RedisExporter {
    /// Whether the server answers, what it is, and its processor time.
    public enum Server {
        public static let up = Gauge<NoLabels>("redis_up", "1 when the exporter could ask Redis at this scrape, else 0.")
        public static let information = Gauge<InstanceLabels>(
            "redis_instance_info", "Always 1; version, role and policy are in the labels.")
        public static let uptime = Gauge<NoLabels>("redis_uptime_in_seconds", "Seconds since the server started.")
        public static let startTime = Gauge<NoLabels>(
            "redis_start_time_seconds", "When the server started, in seconds since the Unix epoch.")
        public static let loading = Gauge<NoLabels>("redis_loading_dump_file", "1 while the server loads its data, else 0.")
        public static let systemCPU = Counter<NoLabels>("redis_cpu_sys_seconds_total", "Processor time in the kernel.")
        public static let userCPU = Counter<NoLabels>("redis_cpu_user_seconds_total", "Processor time outside the kernel.")

        static let families = [
            up.family, information.family, uptime.family, startTime.family, loading.family, systemCPU.family,
            userCPU.family,
        ]
    }

    public struct InstanceLabels: LabelSet {
        public enum Key: String, LabelKey {
            case version = "redis_version"
            case build = "redis_build_id"
            case mode = "redis_mode"
            case os
            case role
            case policy = "maxmemory_policy"
            case processID = "process_id"
            case run = "run_id"
            case port = "tcp_port"
        }
        public let version: String
        public let build: String
        /// `standalone`, `cluster` or `sentinel`.
        public let mode: String
        public let os: String
        /// `master` or `slave`.
        public let role: String
        public let policy: String
        public let processID: String
        public let run: String
        public let port: String
        public init(
            version: String, build: String, mode: String, os: String, role: String, policy: String, processID: String,
            run: String, port: String
        ) {
            self.version = version
            self.build = build
            self.mode = mode
            self.os = os
            self.role = role
            self.policy = policy
            self.processID = processID
            self.run = run
            self.port = port
        }
        public subscript(key: Key) -> String {
            switch key {
            case .version: version
            case .build: build
            case .mode: mode
            case .os: os
            case .role: role
            case .policy: policy
            case .processID: processID
            case .run: run
            case .port: port
            }
        }
    }
}

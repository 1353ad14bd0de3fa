public import ApusMetrics

extension NodeExporter {
    /// Time of the processors; collectors `cpu` and `stat`.
    public enum CPU {
        public static let seconds = Counter<CPUModeLabels>(
            "node_cpu_seconds_total", "Time that each processor spent in each mode.")
        public static let guestSeconds = Counter<CPUModeLabels>(
            "node_cpu_guest_seconds_total",
            "Time that each processor spent for guests of a hypervisor; it is part of user and nice.")
        public static let contextSwitches = Counter<NoLabels>("node_context_switches_total", "Context switches.")
        public static let interrupts = Counter<NoLabels>("node_intr_total", "Interrupts serviced.")
        public static let forks = Counter<NoLabels>("node_forks_total", "Processes and threads made.")
        public static let runnable = Gauge<NoLabels>("node_procs_running", "Processes that run or could.")
        public static let blocked = Gauge<NoLabels>("node_procs_blocked", "Processes that wait for a disk.")

        static let families = [
            seconds.family, guestSeconds.family, contextSwitches.family, interrupts.family, forks.family, runnable.family,
            blocked.family,
        ]
    }

    public struct CPUModeLabels: LabelSet {
        public enum Key: String, LabelKey { case cpu, mode }
        /// The processor's number.
        public let cpu: String
        /// `idle`, `iowait`, `irq`, `nice`, `softirq`, `steal`, `system` or `user`.
        public let mode: String
        public init(cpu: String, mode: String) {
            self.cpu = cpu
            self.mode = mode
        }
        public subscript(key: Key) -> String {
            switch key {
            case .cpu: cpu
            case .mode: mode
            }
        }
    }
}

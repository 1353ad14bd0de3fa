public import ApusMetrics

extension NodeExporter {
    /// Time in which work stalled for want of something (PSI); collector `pressure`.
    ///
    /// `waiting`: at least one task; `stalled`: all tasks at once. A kernel without `CONFIG_PSI`, or with `psi=0`, has none
    /// of them.
    public enum Pressure {
        public static let cpuWaiting = Counter<NoLabels>(
            "node_pressure_cpu_waiting_seconds_total", "Time in which a task waited for a processor.")
        public static let ioWaiting = Counter<NoLabels>(
            "node_pressure_io_waiting_seconds_total", "Time in which a task waited for input or output.")
        public static let ioStalled = Counter<NoLabels>(
            "node_pressure_io_stalled_seconds_total", "Time in which all tasks waited for input or output.")
        public static let memoryWaiting = Counter<NoLabels>(
            "node_pressure_memory_waiting_seconds_total", "Time in which a task waited for memory.")
        public static let memoryStalled = Counter<NoLabels>(
            "node_pressure_memory_stalled_seconds_total", "Time in which all tasks waited for memory.")

        static let families = [
            cpuWaiting.family, ioWaiting.family, ioStalled.family, memoryWaiting.family, memoryStalled.family,
        ]
    }
}

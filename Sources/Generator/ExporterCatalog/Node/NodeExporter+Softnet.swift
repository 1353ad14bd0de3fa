public import ApusMetrics

extension NodeExporter {
    /// The kernel's work on received packets; collector `softnet`.
    public enum Softnet {
        public static let processed = Counter<CPULabels>("node_softnet_processed_total", "Packets that were processed.")
        public static let dropped = Counter<CPULabels>(
            "node_softnet_dropped_total", "Packets dropped because the backlog was full.")
        public static let squeezed = Counter<CPULabels>(
            "node_softnet_times_squeezed_total", "Times that packets were left when the budget was used up.")

        static let families = [
            processed.family, dropped.family, squeezed.family,
        ]
    }

    public struct CPULabels: LabelSet {
        public enum Key: String, LabelKey { case cpu }
        /// The processor's number.
        public let cpu: String
        public init(cpu: String) {
            self.cpu = cpu
        }
        public subscript(key: Key) -> String { cpu }
    }
}

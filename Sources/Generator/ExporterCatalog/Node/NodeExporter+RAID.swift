public import ApusMetrics

extension NodeExporter {
    /// Software RAID of the kernel (md); collector `mdadm`. Nothing is served where there is none.
    public enum RAID {
        public static let disks = Gauge<ArrayDiskLabels>("node_md_disks", "Disks of an array by state.")
        public static let disksRequired = Gauge<DeviceLabels>("node_md_disks_required", "Disks that an array should have.")
        public static let state = Gauge<ArrayStateLabels>(
            "node_md_state", "1 for the state that the array is in, 0 for the others.")
        public static let blocks = Gauge<DeviceLabels>("node_md_blocks", "Blocks of an array.")
        public static let blocksSynced = Gauge<DeviceLabels>(
            "node_md_blocks_synced", "Blocks of an array that are in step: fewer while it is rebuilt.")

        static let families = [
            disks.family, disksRequired.family, state.family, blocks.family, blocksSynced.family,
        ]
    }

    public struct ArrayDiskLabels: LabelSet {
        public enum Key: String, LabelKey { case device, state }
        public let device: String
        /// `active`, `failed` or `spare`.
        public let state: String
        public init(device: String, state: String) {
            self.device = device
            self.state = state
        }
        public subscript(key: Key) -> String {
            switch key {
            case .device: device
            case .state: state
            }
        }
    }

    public struct ArrayStateLabels: LabelSet {
        public enum Key: String, LabelKey { case device, state }
        public let device: String
        /// `active`, `inactive`, `recovering`, `resync` or `check`.
        public let state: String
        public init(device: String, state: String) {
            self.device = device
            self.state = state
        }
        public subscript(key: Key) -> String {
            switch key {
            case .device: device
            case .state: state
            }
        }
    }
}

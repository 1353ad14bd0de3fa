public import ApusMetrics

extension NodeExporter {
    /// Units; collector `systemd`: on in Debian's build, elsewhere by `--collector.systemd`.
    public enum Systemd {
        public static let running = Gauge<NoLabels>(
            "node_systemd_system_running", "1 when all that should run does: the state is `running`.")
        public static let unitState = Gauge<UnitStateLabels>(
            "node_systemd_unit_state", "1 for the state that the unit is in, 0 for the others.")
        public static let units = Gauge<StateLabels>("node_systemd_units", "Units by state.")
        public static let timerLastTrigger = Gauge<UnitLabels>(
            "node_systemd_timer_last_trigger_seconds", "When a timer fired last, in seconds since the Unix epoch.")
        public static let restarts = Counter<UnitLabels>(
            "node_systemd_service_restart_total",
            "Automatic restarts of a service; needs `--collector.systemd.enable-restarts-metrics`.")
        public static let startTime = Gauge<UnitLabels>(
            "node_systemd_unit_start_time_seconds",
            "When a unit was started, or 0; needs `--collector.systemd.enable-start-time-metrics`.")

        static let families = [
            running.family, unitState.family, units.family, timerLastTrigger.family, restarts.family, startTime.family,
        ]
    }

    public struct UnitStateLabels: LabelSet {
        public enum Key: String, LabelKey { case name, state, type }
        /// The unit's whole name.
        public let name: String
        /// `active`, `activating`, `deactivating`, `failed` or `inactive`.
        public let state: String
        /// What a service's `Type=` is; empty for other units.
        public let type: String
        public init(name: String, state: String, type: String) {
            self.name = name
            self.state = state
            self.type = type
        }
        public subscript(key: Key) -> String {
            switch key {
            case .name: name
            case .state: state
            case .type: type
            }
        }
    }

    public struct StateLabels: LabelSet {
        public enum Key: String, LabelKey { case state }
        public let state: String
        public init(state: String) {
            self.state = state
        }
        public subscript(key: Key) -> String { state }
    }

    public struct UnitLabels: LabelSet {
        public enum Key: String, LabelKey { case name }
        /// The unit's whole name.
        public let name: String
        public init(name: String) {
            self.name = name
        }
        public subscript(key: Key) -> String { name }
    }
}

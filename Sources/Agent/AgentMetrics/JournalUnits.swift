public import ApusMetrics

/// The life of units, counted by what systemd writes into the journal: what happens between two scrapes is counted too.
public enum JournalUnits: MetricSubsystem {
    public static let starts = Counter<UnitLabels>("journal_unit_starts_total", "Start jobs of the unit that were done.")
    public static let startFailures = Counter<UnitLabels>(
        "journal_unit_start_failures_total", "Start jobs of the unit that failed.")
    public static let exits = Counter<JournalExitLabels>(
        "journal_unit_exits_total",
        "Ends of the unit by cause: success, or the result of the failure as systemd has it (exit-code, signal, core-dump, watchdog, "
            + "timeout, oom-kill, …).")
    public static let startLimits = Counter<UnitLabels>(
        "journal_unit_start_limit_hits_total",
        "Times that systemd refused to start the unit because it was started too often (StartLimitBurst); nothing ran and ended."
    )
    public static let processExits = Counter<JournalProcessExitLabels>(
        "journal_unit_process_exits_total",
        "Processes of the unit that ended other than with success, by code (exited, killed, dumped) and exit status or signal.")
    public static let restarts = Counter<UnitLabels>(
        "journal_unit_restarts_scheduled_total", "Automatic restarts of the unit that systemd has scheduled.")
    public static let oomKills = Counter<JournalOOMLabels>(
        "journal_unit_oom_kills_total", "Times that want of memory killed processes of the unit, by who killed: kernel or oomd."
    )
    public static let coreDumps = Counter<JournalCoreDumpLabels>(
        "journal_unit_core_dumps_total", "Core dumps of processes of the unit, by signal.")

    public static let title = "Units in the journal"
    public static let origin = MetricOrigin.host
    public static let families = [
        starts.family, startFailures.family, exits.family, startLimits.family, processExits.family, restarts.family,
        oomKills.family,
        coreDumps.family, JournalConsumption.cpu.family, JournalConsumption.io.family, JournalConsumption.ioOperations.family,
        JournalConsumption.ip.family, JournalConsumption.ipPackets.family, JournalConsumption.memoryPeak.family,
    ]
}

/// What the ended runs of a unit have used, as systemd writes at the end of each, of what the unit's settings have it account.
///
/// For runs that used little (less than a second of CPU, a mebibyte of IO, no IP traffic) it writes at the level debug only, that is not
/// into the journal by default.
public enum JournalConsumption {
    public static let cpu = Counter<UnitLabels>(
        "journal_unit_ended_cpu_seconds_total", "CPU time of the unit's ended runs.")
    public static let io = Counter<JournalIOLabels>(
        "journal_unit_ended_io_bytes_total", "Bytes that the unit's ended runs read from and wrote to block devices.")
    public static let ioOperations = Counter<JournalIOLabels>(
        "journal_unit_ended_io_operations_total", "Reads from and writes to block devices by the unit's ended runs.")
    public static let ip = Counter<JournalIPLabels>(
        "journal_unit_ended_ip_bytes_total", "Bytes of IP traffic of the unit's ended runs.")
    public static let ipPackets = Counter<JournalIPLabels>(
        "journal_unit_ended_ip_packets_total", "Packets of IP traffic of the unit's ended runs.")
    public static let memoryPeak = Gauge<UnitLabels>(
        "journal_unit_ended_memory_peak_bytes", "Largest memory of the unit's last ended run; from systemd 256 on.")
}

public struct JournalExitLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, cause }
    public let unit: String
    public let cause: String
    public init(unit: String, cause: String) {
        self.unit = unit
        self.cause = cause
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .cause: cause
        }
    }
}

public struct JournalProcessExitLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, code, status }
    public let unit: String
    public let code: String
    public let status: String
    public init(unit: String, code: String, status: String) {
        self.unit = unit
        self.code = code
        self.status = status
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .code: code
        case .status: status
        }
    }
}

public struct JournalOOMLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, killer }
    public let unit: String
    /// `kernel` or `oomd`.
    public let killer: String
    public init(unit: String, killer: String) {
        self.unit = unit
        self.killer = killer
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .killer: killer
        }
    }
}

public struct JournalCoreDumpLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, signal }
    public let unit: String
    public let signal: String
    public init(unit: String, signal: String) {
        self.unit = unit
        self.signal = signal
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .signal: signal
        }
    }
}

public struct JournalIOLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, direction }
    public let unit: String
    /// `read` or `write`.
    public let direction: String
    public init(unit: String, direction: String) {
        self.unit = unit
        self.direction = direction
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .direction: direction
        }
    }
}

public struct JournalIPLabels: LabelSet {
    public enum Key: String, LabelKey { case unit, direction }
    public let unit: String
    /// `receive` or `send`.
    public let direction: String
    public init(unit: String, direction: String) {
        self.unit = unit
        self.direction = direction
    }
    public subscript(key: Key) -> String {
        switch key {
        case .unit: unit
        case .direction: direction
        }
    }
}

/// An alert that the generated promtool tests show, and no fault here, and why.
struct AlertWithoutFault {
    let name: String
    let reason: String

    init(_ name: String, _ reason: String) {
        self.name = name
        self.reason = reason
    }

    private static let slow = "its window or limit is longer than a test may take"
    private static let machine = "the fault would be one of the whole machine"
    private static let journal = "the agent of `apus up` reads no journal and asks no systemd; see JournalMonitoringTests"
    private static let limitOfService = "only a service with a fault of its own comes to its limit"

    static let all = [
        AlertWithoutFault("LongTransaction", slow),
        AlertWithoutFault("TransactionIDsRunOut", slow),
        AlertWithoutFault("HeapGrowth", slow),
        AlertWithoutFault("DiskFillsUp", slow),
        AlertWithoutFault("AgentSamplingBehind", slow),
        AlertWithoutFault("ThroughputTooLow", "it needs a backlog of half the limit that others would fire for first"),
        AlertWithoutFault("LockContention", slow),
        AlertWithoutFault("ReplicationSlotBehind", "it takes a gibibyte of log that nobody reads"),
        AlertWithoutFault("PoolerClientsWait", "no package has pgbouncer's exporter"),
        AlertWithoutFault("MessagesUnacknowledged", "it takes clients that hold hundreds of messages each"),
        AlertWithoutFault("BrokerMemoryAlarm", machine),
        AlertWithoutFault("BrokerDiskAlarm", machine),
        AlertWithoutFault("DiskAlmostFull", machine),
        AlertWithoutFault("FewInodes", machine),
        AlertWithoutFault("MemoryPressure", machine),
        AlertWithoutFault("ClockSkew", machine),
        AlertWithoutFault("ClockNotSynchronised", machine),
        AlertWithoutFault("HostDegraded", machine),
        AlertWithoutFault("HighCPU", limitOfService),
        AlertWithoutFault("HighMemory", limitOfService),
        AlertWithoutFault("MemoryNearLimit", limitOfService),
        AlertWithoutFault("FewDescriptorsLeft", limitOfService),
        AlertWithoutFault("TooManyDatabaseConnections", limitOfService),
        AlertWithoutFault("PoolExhausted", limitOfService),
        AlertWithoutFault("SlowPool", "the store waits at most for the disk, and a slow one cannot be made here"),
        AlertWithoutFault("SeriesDropped", limitOfService),
        AlertWithoutFault("SeriesClipped", limitOfService),
        AlertWithoutFault(
            "AgentConfigurationRejected", "the agent of a fleet on one machine has no file that could be at fault"),
        AlertWithoutFault("AgentRefusesReports", limitOfService),
        AlertWithoutFault("AgentFamilyRefused", limitOfService),
        AlertWithoutFault("AgentSourceFailing", "the kernel refuses nothing here that it did not refuse before"),
        AlertWithoutFault("AgentScrapesRejected", "it takes scrapers that do not read what they asked for"),
        AlertWithoutFault("ConnectionsDropped", "nginx drops connections only when it has no descriptor left"),
        AlertWithoutFault("ObjectiveBoundAbsent", "services of the fleet have the bounds that it declares"),
        AlertWithoutFault("RulesFailing", "generated rules do not fail"),
        AlertWithoutFault("JournalUnread", journal),
        AlertWithoutFault("JournalBehind", "it takes a journal that grows faster than it is read, for a minute"),
        AlertWithoutFault("JournalFilesUnread", journal),
        AlertWithoutFault("JournalUnitsFolded", journal),
        AlertWithoutFault("JournalNamesFolded", journal),
        AlertWithoutFault("MessagesDropped", journal),
        AlertWithoutFault("SystemdUnreachable", journal),
        AlertWithoutFault("UnitFailed", journal),
        AlertWithoutFault("ProcessCrashed", journal),
        AlertWithoutFault("WatchdogExpired", journal),
        AlertWithoutFault("KilledForMemory", "no container is given the kernel's controller of memory here"),
        AlertWithoutFault("CriticalMessages", journal),
    ]
}

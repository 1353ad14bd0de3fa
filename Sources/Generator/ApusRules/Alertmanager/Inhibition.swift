/// Alerts that say nothing new while others fire.
struct Inhibition {
    /// Names of alerts that silence others.
    let sources: [String]
    /// Names of alerts that are silenced.
    let targets: [String]
    /// Labels that both must agree in; a label that neither has counts as equal.
    let equal: [String]

    /// Of all inhibitions those whose alerts the fleet has.
    static func all(among names: Set<String>) -> [Inhibition] {
        every.compactMap { inhibition in
            let kept = Inhibition(
                sources: inhibition.sources.filter(names.contains), targets: inhibition.targets.filter(names.contains),
                equal: inhibition.equal)
            return kept.sources.isEmpty || kept.targets.isEmpty ? nil : kept
        }
    }

    /// What a process takes says nothing while it is down or hung.
    private static let saturation = [
        "HighCPU", "HighMemory", "MemoryNearLimit", "HeapGrowth", "FewDescriptorsLeft", "PoolExhausted", "SlowPool",
        "TooManyRestarts", "SeriesDropped",
    ]

    private static let every = [
        Inhibition(sources: ["InstanceDown", "ServiceHung"], targets: saturation, equal: ["service", "instance"]),
        Inhibition(sources: ["InstanceDown"], targets: ["ServiceHung"], equal: ["service", "instance"]),
        Inhibition(sources: ["ServiceAbsent"], targets: saturation + ["InstanceDown", "ServiceHung"], equal: ["service"]),
        Inhibition(
            sources: ["DatabaseDown", "PoolerDown"],
            targets: [
                "PoolExhausted", "SlowPool", "TooManyDatabaseConnections", "PoolerClientsWait",
                "HighRequestErrorRatio", "DeliveriesStalled",
            ], equal: []),
        Inhibition(
            sources: ["DatabaseDown"],
            targets: ["DatabaseConnectionsNearLimit", "Deadlocks", "LongTransaction", "ReplicationSlotBehind"],
            equal: ["service", "instance"]),
        Inhibition(
            sources: ["BrokerDown"],
            targets: ["DeepBrokerQueue", "NoConsumers", "MessagesUnacknowledged", "BrokerMemoryAlarm", "BrokerDiskAlarm"],
            equal: ["service", "instance"]),
        Inhibition(
            sources: ["CacheDown"], targets: ["CacheMemoryNearLimit", "CacheRejectsConnections", "KeysEvicted"],
            equal: ["service", "instance"]),
        Inhibition(sources: ["DeliveriesStalled"], targets: ["ThroughputTooLow", "OldQueue", "DeepQueue"], equal: ["service"]),
        Inhibition(sources: ["DiskAlmostFull"], targets: ["DiskFillsUp"], equal: ["service", "instance", "mountpoint"]),
    ]
}

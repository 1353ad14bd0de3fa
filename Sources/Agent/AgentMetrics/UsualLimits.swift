/// The limits by which both the alerts of a generated fleet and the agent's page go, where the fleet sets no others.
public enum UsualLimits {
    /// The CPU of one process, in percent of one core.
    public static let cpuPercent = 70.0
    /// The resident memory of one process.
    public static let memoryBytes = 512 << 20
    /// The share of connections in use among those that an instance's pools may open, from 0 to 1.
    public static let poolUse = 0.9
    /// The number of entries in a queue, in all states.
    public static let queueDepth = 10_000
    /// The age of the oldest entry of a queue that is due and held by nobody.
    public static let queueAgeSeconds = 300.0
}
